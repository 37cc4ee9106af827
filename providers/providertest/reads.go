package providertest

import (
	"context"
	"testing"

	"occigate/providers"
)

// read is one way to look at the cloud. do gives what was found, rows by their
// id, and how many rows a listing had.
type read struct {
	name string
	do   func(context.Context) (found any, rows int, err error)
}

// reads is every look that the adapter offers, the point read at a server that
// exists.
func (c Cloud) reads(server string) []read {
	p := c.Provider
	all := []read{
		{"Identity", single(p.Identity)},
		{"Catalogue", c.catalogue},
		{"Servers", listing(p.Servers, func(s providers.Server) string { return s.ID })},
		{"Server", single(func(ctx context.Context) (providers.Server, error) { return p.Server(ctx, server) })},
	}
	if l, is := p.(providers.VolumeLister); is {
		all = append(all, read{"Volumes", listing(l.Volumes, func(v providers.Volume) string { return v.ID })})
	}
	if l, is := p.(providers.NetworkLister); is {
		all = append(all, read{"Networks", listing(l.Networks, func(n providers.Network) string { return n.ID })})
	}
	if l, is := p.(providers.AddressLister); is {
		all = append(all, read{"Addresses", listing(l.Addresses, func(a providers.Address) string { return a.ID })})
	}
	return all
}

func single[R any](do func(context.Context) (R, error)) func(context.Context) (any, int, error) {
	return func(ctx context.Context) (any, int, error) {
		found, err := do(ctx)
		return found, 0, err
	}
}

func listing[R any](list func(context.Context) ([]R, error), id func(R) string) func(context.Context) (any, int, error) {
	return func(ctx context.Context) (any, int, error) {
		rows, err := list(ctx)
		byID := map[string]R{}
		for _, r := range rows {
			byID[id(r)] = r
		}
		return byID, len(rows), err
	}
}

// catalogue is the one read of several listings.
func (c Cloud) catalogue(ctx context.Context) (any, int, error) {
	cat, err := c.Provider.Catalogue(ctx)
	found := map[string]any{}
	for _, i := range cat.Images {
		found["image "+i.ID] = i
	}
	for _, s := range cat.Sizes {
		found["size "+s.ID] = s
	}
	for _, z := range cat.Zones {
		found["zone "+z.ID] = z
	}
	return found, 0, err // configured sizes may stand beside an error
}

// whole makes the read, which must not fail.
func (r read) whole(t testing.TB, c Cloud) any {
	t.Helper()
	found, _, err := r.do(t.Context())
	c.ok(t, err, r.name)
	return found
}
