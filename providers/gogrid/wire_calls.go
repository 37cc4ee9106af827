package gogrid

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// change makes a call of which only matters whether it succeeds.
func (p *Provider) change(ctx context.Context, op string, args url.Values) error {
	_, _, err := p.call(ctx, op, args)
	return err
}

// named are the arguments for a server, by its id or, while it has none, by its
// name, and for what else is said of it: names and values in turn.
func named(text string, more ...string) url.Values {
	args := url.Values{"name": {text}}
	if _, err := strconv.ParseUint(text, 10, 64); err == nil {
		args = url.Values{"id": {text}}
	}
	for pair := range slices.Chunk(more, 2) {
		args.Set(pair[0], pair[1])
	}
	return args
}

// serverRows lists the servers in the datacenter.
func (p *Provider) serverRows(ctx context.Context) ([]serverRow, error) {
	return list[serverRow](ctx, p, "grid/server/list", url.Values{"datacenter": {p.settings.Datacenter}})
}

// lookup lists the words of a vocabulary.
func (p *Provider) lookup(ctx context.Context, vocabulary string) ([]option, error) {
	return list[option](ctx, p, lookupOp, url.Values{"lookup": {vocabulary}})
}

const (
	lookupOp = "common/lookup/list"
	addOp    = "grid/server/add"
)

// addServer makes the call that adds a server. That an image or a size does not
// exist is [providers.ErrInvalid]: the server is not what was not found.
func (p *Provider) addServer(ctx context.Context, args url.Values) (serverRow, error) {
	row, err := one[serverRow](ctx, p, addOp, args)
	var e *providers.Error
	if errors.As(err, &e) && e.Kind == providers.ErrNotFound {
		e.Kind = providers.ErrInvalid
	}
	return row, err
}

// mayBeRace reports whether a refusal may come from an address that another
// call took: the cloud says 400 or 500 then, as it does for many things.
func mayBeRace(err error) bool {
	return wire.IsCode(err, "IllegalArgumentException", "UnexpectedException")
}

// freeIPs lists the unassigned public addresses of the datacenter.
func (p *Provider) freeIPs(ctx context.Context) ([]ipRow, error) {
	return list[ipRow](ctx, p, "grid/ip/list", url.Values{
		"datacenter": {p.settings.Datacenter}, "ip.type": {"Public"}, "ip.state": {"Unassigned"},
	})
}

// lost are the ends of a job that made nothing.
var lost = []string{"Failed", "Canceled", "Fatal"}

// note is the newest thing that a job says of itself.
func (j jobRow) note() string {
	note := ""
	for _, h := range j.History {
		note = cmp.Or(h.Note, note)
	}
	return cmp.Or(note, "the job that creates the server says no more")
}

// architecture is told by its own option or, in older images, by the name of
// the operating system: CentOS 5.3 (32-bit).
func (r imageRow) architecture() providers.Architecture {
	told := r.Architecture.Name + r.OS.Name
	switch {
	case strings.Contains(told, "32-bit"):
		return providers.X86
	case strings.Contains(told, "64-bit"):
		return providers.X64
	}
	return ""
}

// in reports whether an image is in a datacenter; one that names none is in
// all.
func (r imageRow) in(at option) bool {
	return len(r.Centers) == 0 || slices.ContainsFunc(r.Centers, func(c center) bool { return c.Datacenter.ID == at.ID })
}
