package translate

import (
	"slices"

	"occigate/providers"
	"occigate/translate/occi"
)

// need is what a compute must have at least; zero asks for nothing.
type need struct {
	cores     int
	memoryMiB int
	diskGiB   float64
	arch      providers.Architecture
}

// abstract are the sizes of the compute template profile (GFD.222 section 7,
// requirements R0306 to R0311), by type identifier. Each is mapped to a cloud's
// smallest size that is enough.
var abstract = map[string]need{
	occi.SchemeComputeTemplate + "small":      {cores: 1, memoryMiB: 1024, diskGiB: 10},
	occi.SchemeComputeTemplate + "medium":     {cores: 2, memoryMiB: 2048, diskGiB: 20},
	occi.SchemeComputeTemplate + "large":      {cores: 4, memoryMiB: 4096, diskGiB: 40},
	occi.SchemeComputeTemplate + "mem_small":  {cores: 1, memoryMiB: 4096, diskGiB: 10},
	occi.SchemeComputeTemplate + "mem_medium": {cores: 2, memoryMiB: 8192, diskGiB: 20},
	occi.SchemeComputeTemplate + "mem_large":  {cores: 4, memoryMiB: 16384, diskGiB: 40},
}

// size chooses the size of a new compute: a cloud's own template, else an
// abstract one or the asked cores and memory rounded up to the smallest size of
// the account, else none, which is the account's default. A template overrides
// sizes given beside it (GFD.224 section 3.5.2).
func (w Wishes) size(uid string, e *occi.Entity, tpl Template) (string, error) {
	if tpl.Native != "" {
		return tpl.Native, nil
	}
	n, asked := asks(e)
	if !asked {
		return "", nil
	}
	best := Smallest(w.Templates.catalogues[uid].Sizes, n.cores, n.memoryMiB, n.arch)
	if best == nil {
		return "", providers.Errorf(providers.ErrInvalid, "create",
			"no size of %s has %d cores and %g GiB of memory", uid, n.cores, gib(n.memoryMiB))
	}
	return best.ID, nil
}

// asks reads what a request asks of the size.
func asks(e *occi.Entity) (need, bool) {
	for _, id := range e.Mixins {
		if n, ok := abstract[id]; ok {
			return n, true
		}
	}
	cores, hasCores := e.Attributes[occi.AttrCores].(int64)
	memory, hasMemory := e.Attributes[occi.AttrMemory].(float64)
	arch, _ := e.Attributes[occi.AttrArchitecture].(string)
	n := need{cores: int(cores), memoryMiB: int(memory * 1024), arch: providers.Architecture(arch)}
	return n, hasCores || hasMemory
}

// Smallest returns the smallest size with at least the cores and MiB of memory,
// by memory, then cores, then disk, then name; nil when none is enough. Sizes
// that state no architecture fit any.
func Smallest(sizes []providers.Size, cores, memoryMiB int, arch providers.Architecture) *providers.Size {
	var best *providers.Size
	for i := range sizes {
		s := &sizes[i]
		fits := s.Cores >= cores && s.MemoryMiB >= memoryMiB &&
			(arch == "" || len(s.Architectures) == 0 || slices.Contains(s.Architectures, arch))
		if fits && (best == nil || smaller(s, best)) {
			best = s
		}
	}
	return best
}

func smaller(a, b *providers.Size) bool {
	switch {
	case a.MemoryMiB != b.MemoryMiB:
		return a.MemoryMiB < b.MemoryMiB
	case a.Cores != b.Cores:
		return a.Cores < b.Cores
	case a.DiskGiB != b.DiskGiB:
		return a.DiskGiB < b.DiskGiB
	}
	return a.Name < b.Name
}
