package elastichosts

import (
	"context"
	"crypto/rand"
	"maps"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

const (
	setOp     = "POST /servers/{id}/set"
	destroyOp = "POST /drives/{id}/destroy"
)

// serverRows lists all servers.
func (p *Provider) serverRows(ctx context.Context) ([]props, error) {
	return p.read(ctx, "server", "GET /servers/info")
}

// serverRow reads one server.
func (p *Provider) serverRow(ctx context.Context, id string) (props, error) {
	return p.readOne(ctx, "server", "GET /servers/{id}/info", id)
}

// createServer makes a server and starts it. The password is for VNC, which
// takes eight characters at most; it is also that of the login toor of standard
// images.
func (p *Provider) createServer(ctx context.Context, keys props) (props, error) {
	keys = maps.Clone(keys)
	keys["vnc:password"] = rand.Text()[:8]
	return p.create(ctx, "server", "POST /servers/create", keys)
}

// set changes keys that only a stopped server may change ("set" on an
// active one takes name, cpu, persistent, tags, user:*, password). keys looks
// at the server and says what to set; an empty value takes a key away, which
// is inferred. It stops nothing on its own: [providers.ErrConflict].
func (p *Provider) set(ctx context.Context, id string, keys func(props) (props, error)) error {
	row, err := p.serverRow(ctx, id)
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
	_, err = p.send(ctx, change, setOp, id)
	return err
}

// driveRows lists the user's drives.
func (p *Provider) driveRows(ctx context.Context) ([]props, error) {
	return p.read(ctx, "drive", "GET /drives/info")
}

// driveRow reads one drive, of the user's or a standard one.
func (p *Provider) driveRow(ctx context.Context, id string) (props, error) {
	return p.readOne(ctx, "drive", "GET /drives/{id}/info", id)
}

// copyImage begins to copy a standard drive onto another.
func (p *Provider) copyImage(ctx context.Context, drive string, image props) error {
	to := "POST /drives/{id}/image/{source}"
	if strings.HasPrefix(image["format"], "gzip") {
		to += "/gunzip" // or the packed bytes would be copied
	}
	return p.do(ctx, to, drive, lower(image["drive"]))
}

// volumeRow is a drive with where it is. Only the servers tell that: the drives
// of a stopped one may not be claimed.
type volumeRow struct {
	drive props
	at    []holder
}

// holder is a server that has a drive at a device.
type holder struct{ server, status, device string }

// volumeRows lists the user's drives and where they are.
func (p *Provider) volumeRows(ctx context.Context) ([]volumeRow, error) {
	rows, err := p.driveRows(ctx)
	if err != nil {
		return nil, err
	}
	at, err := p.holders(ctx)
	return listing.Map(rows, err, func(r props) volumeRow { return volumeRow{r, at[lower(r["drive"])]} })
}

// volumeRow reads one drive and where it is.
func (p *Provider) volumeRow(ctx context.Context, id string) (volumeRow, error) {
	row, err := p.driveRow(ctx, id)
	if err != nil {
		return volumeRow{}, err
	}
	at, err := p.holders(ctx)
	return volumeRow{row, at[lower(row["drive"])]}, err
}

// holders are the servers that have a drive, by drive.
func (p *Provider) holders(ctx context.Context) (map[string][]holder, error) {
	rows, err := p.serverRows(ctx)
	at := map[string][]holder{}
	for _, r := range rows {
		for _, plugged := range r.plugs() {
			at[plugged.drive] = append(at[plugged.drive], holder{lower(r["server"]), r["status"], plugged.device})
		}
	}
	return at, err
}

// addressRow is a static address with the server that asks for it, which only
// the servers tell.
type addressRow struct{ ip, server string }

// addressRows lists the static addresses.
func (p *Provider) addressRows(ctx context.Context) ([]addressRow, error) {
	rows, err := p.read(ctx, "resource", "GET /resources/ip/info")
	if err != nil {
		return nil, err
	}
	servers, err := p.serverRows(ctx)
	users := map[string]string{}
	for _, s := range servers {
		users[s["nic:0:dhcp"]] = lower(s["server"])
	}
	return listing.Map(rows, err, func(r props) addressRow { return addressRow{r["resource"], users[r["resource"]]} })
}
