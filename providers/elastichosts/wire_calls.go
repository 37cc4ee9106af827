package elastichosts

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// The calls whose refusal an error of the adapter's own names too.
const (
	createServerOp = "POST /servers/create"
	shutdownOp     = "POST /servers/{id}/shutdown"
	setOp          = "POST /servers/{id}/set"
	createDriveOp  = "POST /drives/create"
	setDriveOp     = "POST /drives/{id}/set"
	vlansOp        = "GET /resources/vlan/info"
	createVLANOp   = "POST /resources/vlan/create"
	destroyVLANOp  = "POST /resources/vlan/{id}/destroy"
	createStaticOp = "POST /resources/ip/create"
)

// servers lists all servers; the API has no pages.
func (c *client) servers(ctx context.Context) ([]props, error) {
	return c.read(ctx, "server", "GET /servers/info")
}

// server reads one server.
func (c *client) server(ctx context.Context, id string) (props, error) {
	return c.readOne(ctx, "server", "GET /servers/{id}/info", id)
}

// createServer makes a server and starts it. The password is for VNC, which
// takes eight characters at most; it is also that of the login toor of standard
// images.
func (c *client) createServer(ctx context.Context, keys props) (id string, err error) {
	keys = maps.Clone(keys)
	keys["vnc:password"] = rand.Text()[:8]
	row, err := c.create(ctx, "server", createServerOp, keys)
	return lower(row["server"]), err
}

// set changes keys that only a stopped server may change ("set" on an
// active one takes name, cpu, persistent, tags, user:*, password). keys looks
// at the server and says what to set; an empty value takes a key away, which
// is inferred. It stops nothing on its own: [providers.ErrConflict].
func (c *client) set(ctx context.Context, id string, keys func(props) (props, error)) error {
	row, err := c.server(ctx, id)
	if err == nil && row["status"] != "stopped" {
		err = providers.Errorf(providers.ErrConflict, setOp, "the server must be stopped, it is %s", row["status"])
	}
	if err != nil {
		return err
	}
	change, err := keys(row)
	if err != nil {
		return err
	}
	_, err = c.send(ctx, change, setOp, id)
	return err
}

// resizeServer gives a stopped server other figures.
func (c *client) resizeServer(ctx context.Context, id string, size Size) error {
	return c.set(ctx, id, func(props) (props, error) { return size.keys(), nil })
}

// plugDrive puts a drive into a stopped server, at the device asked for or at
// one that is free.
func (c *client) plugDrive(ctx context.Context, server, drive, device string) (plug, error) {
	row, err := c.drive(ctx, drive)
	at := plug{server: lower(server), status: "stopped", drive: lower(row["drive"])}
	if err != nil {
		return at, err
	}
	err = c.set(ctx, server, func(now props) (_ props, err error) {
		at.device, err = now.place(device)
		return props{at.device: at.drive}, err
	})
	return at, err
}

// unplugDrive takes a drive out of a stopped server.
func (c *client) unplugDrive(ctx context.Context, server, drive string) error {
	return c.set(ctx, server, func(now props) (props, error) {
		at, err := listing.Find(now.plugs(), nil, func(at plug) bool { return at.drive == lower(drive) },
			providers.Errorf(providers.ErrNotFound, setOp, "drive %s is not attached", drive))
		return props{at.device: ""}, err
	})
}

// askFor lets the first card of a stopped server ask for an address at its next
// start, or for any by the word "auto".
func (c *client) askFor(ctx context.Context, server, ip string) error {
	return c.set(ctx, server, func(now props) (props, error) {
		if now[publicSlot+":dhcp"] == "" {
			return nil, providers.Errorf(providers.ErrConflict, setOp, "the server has no interface in the public network")
		}
		return props{publicSlot + ":dhcp": ip}, nil
	})
}

// orderServer gives one of the commands that change whether a server runs:
// start, stop, shutdown, reset.
func (c *client) orderServer(ctx context.Context, id, command string) error {
	return c.do(ctx, "POST /servers/{id}/"+command, id)
}

// destroyServer destroys a server in whatever state it is, and leaves its
// drives.
func (c *client) destroyServer(ctx context.Context, id string) error {
	return c.do(ctx, "POST /servers/{id}/destroy", id)
}

// drives lists the user's drives.
func (c *client) drives(ctx context.Context) ([]props, error) {
	return c.read(ctx, "drive", "GET /drives/info")
}

// images lists the standard drives that can be copied.
func (c *client) images(ctx context.Context) ([]props, error) {
	rows, err := c.read(ctx, "drive", "GET /drives/info/standard")
	return slices.DeleteFunc(rows, props.isCD), err
}

// image reads one drive that can be copied.
func (c *client) image(ctx context.Context, id string) (props, error) {
	row, err := c.drive(ctx, id)
	if err == nil && row.isCD() {
		err = providers.Errorf(providers.ErrInvalid, createServerOp, "drive %s is a CD", id)
	}
	return row, err
}

// drive reads one drive, of the user's or a standard one.
func (c *client) drive(ctx context.Context, id string) (props, error) {
	return c.readOne(ctx, "drive", "GET /drives/{id}/info", id)
}

// createDrive makes an empty drive.
func (c *client) createDrive(ctx context.Context, d newDrive) (props, error) {
	return c.create(ctx, "drive", createDriveOp, d.keys())
}

// copyImage begins to copy a standard drive onto another.
func (c *client) copyImage(ctx context.Context, drive string, image props) error {
	to := "POST /drives/{id}/image/{source}"
	if strings.HasPrefix(image["format"], "gzip") {
		to += "/gunzip" // or the packed bytes would be copied
	}
	return c.do(ctx, to, drive, lower(image["drive"]))
}

// growDrive sets the size of a drive; that "set" takes it is inferred.
func (c *client) growDrive(ctx context.Context, id string, sizeGiB float64) error {
	_, err := c.send(ctx, props{"size": inBytes(sizeGiB)}, setDriveOp, id)
	return err
}

// destroyDrive destroys a drive that is not busy.
func (c *client) destroyDrive(ctx context.Context, id string) error {
	return c.do(ctx, "POST /drives/{id}/destroy", id)
}

// volumeRow is a drive with where it is. Only the servers tell that: the drives
// of a stopped one may not be claimed.
type volumeRow struct {
	drive props
	at    []plug
}

// volumes lists the user's drives and where they are.
func (c *client) volumes(ctx context.Context) ([]volumeRow, error) {
	rows, err := c.drives(ctx)
	return c.plugged(ctx, rows, err)
}

// volume reads one drive and where it is.
func (c *client) volume(ctx context.Context, id string) (volumeRow, error) {
	row, err := c.drive(ctx, id)
	rows, err := c.plugged(ctx, []props{row}, err)
	if err != nil {
		return volumeRow{}, err
	}
	return rows[0], nil
}

// plugged reads the servers for where drives are.
func (c *client) plugged(ctx context.Context, drives []props, err error) ([]volumeRow, error) {
	if err != nil {
		return nil, err
	}
	servers, err := c.servers(ctx)
	at := map[string][]plug{}
	for _, s := range servers {
		for _, p := range s.plugs() {
			at[p.drive] = append(at[p.drive], p)
		}
	}
	return listing.Map(drives, err, func(r props) volumeRow { return volumeRow{r, at[lower(r["drive"])]} })
}

// addressRow is a static address with the card of the server that asks for it,
// which only the servers tell.
type addressRow struct{ ip, server, slot string }

// publicSlot is the card that asks for addresses.
const publicSlot = "nic:0"

// askedBy is the row of an address that a server asks for, or none.
func askedBy(ip, server string) addressRow {
	if server == "" {
		return addressRow{ip: ip}
	}
	return addressRow{ip, lower(server), publicSlot}
}

// addresses lists the static addresses.
func (c *client) addresses(ctx context.Context) ([]addressRow, error) {
	rows, err := c.read(ctx, "resource", "GET /resources/ip/info")
	return c.used(ctx, rows, err)
}

// address reads one static address.
func (c *client) address(ctx context.Context, ip string) (addressRow, error) {
	row, err := c.readOne(ctx, "resource", "GET /resources/ip/{id}/info", ip)
	rows, err := c.used(ctx, []props{row}, err)
	if err != nil {
		return addressRow{}, err
	}
	return rows[0], nil
}

// used reads the servers for who asks for addresses.
func (c *client) used(ctx context.Context, addresses []props, err error) ([]addressRow, error) {
	if err != nil {
		return nil, err
	}
	servers, err := c.servers(ctx)
	users := map[string]string{}
	for _, s := range servers {
		users[s[publicSlot+":dhcp"]] = s["server"]
	}
	return listing.Map(addresses, err, func(r props) addressRow { return askedBy(r["resource"], users[r["resource"]]) })
}

// createAddress takes a static address that the cloud chooses.
func (c *client) createAddress(ctx context.Context) (addressRow, error) {
	row, err := c.create(ctx, "resource", createStaticOp, props{})
	return addressRow{ip: row["resource"]}, err
}

// assignAddress lets a stopped server ask for an address at its next start.
func (c *client) assignAddress(ctx context.Context, ip, server string) (addressRow, error) {
	row, err := c.address(ctx, ip)
	if err == nil {
		err = c.askFor(ctx, server, row.ip)
	}
	return askedBy(row.ip, server), err
}

// unassignAddress lets the stopped server that asks for an address take any.
func (c *client) unassignAddress(ctx context.Context, ip string) error {
	row, err := c.address(ctx, ip)
	if err != nil || row.server == "" {
		return err
	}
	return c.askFor(ctx, row.server, "auto")
}

// destroyAddress gives a static address back; the cloud refuses one that a
// server uses, which is inferred.
func (c *client) destroyAddress(ctx context.Context, ip string) error {
	return c.do(ctx, "POST /resources/ip/{id}/destroy", ip)
}

// vlans lists the user's VLANs.
func (c *client) vlans(ctx context.Context) ([]props, error) {
	return c.read(ctx, "resource", vlansOp)
}

// createVLAN takes a VLAN, which has a name and nothing else.
func (c *client) createVLAN(ctx context.Context, name string) (props, error) {
	return c.create(ctx, "resource", createVLANOp, props{"name": name})
}

// destroyVLAN gives a VLAN back; the cloud refuses one that a server uses, which
// is inferred.
func (c *client) destroyVLAN(ctx context.Context, id string) error {
	return c.do(ctx, destroyVLANOp, id)
}
