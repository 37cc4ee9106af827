package gogrid

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"occigate/providers"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/wire"
)

// The calls whose refusal an error of the adapter's own names too.
const (
	addOp    = "grid/server/add"
	editOp   = "grid/server/edit"
	imagesOp = "grid/image/list"
	ipsOp    = "grid/ip/list"
	jobsOp   = "grid/job/list"
	lookupOp = "common/lookup/list"
)

// change makes a call of which only matters whether it succeeds.
func (c *client) change(ctx context.Context, op string, args url.Values) error {
	_, _, err := c.call(ctx, op, args)
	return err
}

// here are the arguments for what is in the datacenter: names and values in
// turn.
func (c *client) here(more ...string) url.Values {
	return with(url.Values{"datacenter": {c.datacenter}}, more)
}

// named are the arguments for a server, by its id or, while it has none, by its
// name, and for what else is said of it: names and values in turn.
func named(text string, more ...string) url.Values {
	if isID(text) {
		return with(url.Values{"id": {text}}, more)
	}
	return with(url.Values{"name": {text}}, more)
}

func with(args url.Values, more []string) url.Values {
	for pair := range slices.Chunk(more, 2) {
		args.Set(pair[0], pair[1])
	}
	return args
}

// isID tells an id from a name.
func isID(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// servers lists those in the datacenter.
func (c *client) servers(ctx context.Context) ([]serverRow, error) {
	return list[serverRow](ctx, c, "grid/server/list", c.here())
}

// server reads one by its id or name.
func (c *client) server(ctx context.Context, text string) (serverRow, error) {
	return one[serverRow](ctx, c, "grid/server/get", named(text))
}

// newServer is what a server is made of: image and RAM by id or name, and an
// unassigned address.
type newServer struct{ name, description, image, ram, ip string }

// addServer makes the call that adds a server. That an image or a size does not
// exist is [providers.ErrInvalid]: the server is not what was not found.
func (c *client) addServer(ctx context.Context, s newServer) (serverRow, error) {
	row, err := one[serverRow](ctx, c, addOp, url.Values{
		"name": {s.name}, "description": {s.description}, "image": {s.image}, "server.ram": {s.ram}, "ip": {s.ip},
	})
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

// editServer gives a server other RAM.
func (c *client) editServer(ctx context.Context, id, ram string) error {
	return c.change(ctx, editOp, named(id, "server.ram", ram))
}

// powerServer switches a server by one of the words on, off and cycle.
func (c *client) powerServer(ctx context.Context, id, word string) error {
	return c.change(ctx, "grid/server/power", named(id, "power", word))
}

// deleteServer deletes a server by its id or name.
func (c *client) deleteServer(ctx context.Context, text string) error {
	return c.change(ctx, "grid/server/delete", named(text))
}

// images lists those of the datacenter.
func (c *client) images(ctx context.Context) ([]imageRow, error) {
	rows, err := list[imageRow](ctx, c, imagesOp, c.here())
	return slices.DeleteFunc(rows, func(r imageRow) bool { return !r.in(c.datacenter) }), err
}

// image reads one image.
func (c *client) image(ctx context.Context, id string) (imageRow, error) {
	return one[imageRow](ctx, c, "grid/image/get", url.Values{"id": {id}})
}

// saveImage makes an image of a server.
func (c *client) saveImage(ctx context.Context, server, name, description string) (imageRow, error) {
	return one[imageRow](ctx, c, "grid/image/save", url.Values{"server": {server}, "friendlyName": {name}, "description": {description}})
}

// deleteImage moves an image to the trash.
func (c *client) deleteImage(ctx context.Context, id string) error {
	return c.change(ctx, "grid/image/delete", url.Values{"id": {id}})
}

// ips lists the addresses of the account in the datacenter.
func (c *client) ips(ctx context.Context) ([]ipRow, error) {
	return list[ipRow](ctx, c, ipsOp, c.here())
}

// publicIPs lists the public ones with their holders, which only the listing of
// servers tells.
func (c *client) publicIPs(ctx context.Context) ([]ipRow, error) {
	rows, err := list[ipRow](ctx, c, ipsOp, c.here("ip.type", "Public"))
	if err != nil {
		return nil, err
	}
	servers, err := c.servers(ctx)
	holders := map[string]key{}
	for _, s := range servers {
		holders[s.IP.IP] = s.ID
	}
	for i := range rows {
		rows[i].Holder = holders[rows[i].IP]
	}
	return rows, err
}

// freeIPs lists the public ones that are unassigned.
func (c *client) freeIPs(ctx context.Context) ([]ipRow, error) {
	return list[ipRow](ctx, c, ipsOp, c.here("ip.type", "Public", "ip.state", "Unassigned"))
}

// ipsAnywhere lists the addresses of the account in all datacenters.
func (c *client) ipsAnywhere(ctx context.Context) ([]ipRow, error) {
	return list[ipRow](ctx, c, ipsOp, nil)
}

// clockSkew is how far the cloud's clock may be behind; signatures would not be
// taken with more.
const clockSkew = 10 * time.Minute

// creation finds the newest job since a time that creates a server of that name;
// there may be none to be seen yet. One that made nothing is an error.
func (c *client) creation(ctx context.Context, name string, since time.Time) (job jobRow, err error) {
	earliest := since.Add(-clockSkew).UnixMilli()
	rows, err := list[jobRow](ctx, c, jobsOp, url.Values{"startdate": {strconv.FormatInt(earliest, 10)}})
	for _, r := range rows {
		if r.Detail.Name == name && r.Command.Name == createJob && r.ID.order() > job.ID.order() {
			job = r
		}
	}
	return job, cmp.Or(err, job.failure())
}

// place finds the client's datacenter among the cloud's.
func (c *client) place(ctx context.Context) (option, error) {
	all, err := c.lookup(ctx, "ip.datacenter")
	names, _ := listing.Map(all, nil, func(o option) string { return o.Name })
	return listing.Find(all, err, func(o option) bool { return o.is(c.datacenter) },
		providers.Errorf(providers.ErrInvalid, lookupOp, "there is no datacenter %q, there are %q", c.datacenter, names))
}

// lookup lists the words of a vocabulary.
func (c *client) lookup(ctx context.Context, vocabulary string) ([]option, error) {
	return list[option](ctx, c, lookupOp, url.Values{"lookup": {vocabulary}})
}
