package occi

import "slices"

// Options are the switches of the built-in model. The zero value serves both
// OCCI 1.1 and 1.2 clients.
type Options struct {
	Only12           bool // leaves out what only OCCI 1.1 has: speed, backup, snapshot, resize
	NoEntityLocation bool // leaves out /entity/, which GFD.223 section 4 forbids and deployed clients need
}

// Standard is the built-in model: the core (GFD.221), the infrastructure
// (GFD.224), the compute templates (GFD.222) and the mixins of deployed
// clients. It panics if the tables of this package contradict each other.
func Standard(o Options) *Registry {
	r, err := NewRegistry(
		slices.Concat(coreKinds(o), infrastructureKinds(o)),
		slices.Concat(infrastructureMixins(), computeTemplates(), openStackMixins()),
		infrastructureActions(o),
	)
	if err != nil {
		panic("occi: built-in model: " + err.Error())
	}
	return r
}
