package elastichosts

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"occigate/providers"
)

// The keys that we set on what we make. Keys that begin with "user:" are the
// user's own (Server and Drive API details). A drive that was made for a server
// has bootKey instead of tokenKey, since it is no volume of its own wish.
const (
	tokenKey = "user:occigate-token"
	bootKey  = "user:occigate-boot"  // token of the server that the drive was made for
	imageKey = "user:occigate-image" // standard drive that the server was made from
	sizeKey  = "user:occigate-size"  // name of the size
)

// states gives the meaning of a server's status (Server API details).
var states = map[string]providers.State{
	"active":  providers.StateActive,
	"stopped": providers.StateInactive,
	"paused":  providers.StateSuspended,
	"dumped":  providers.StateError,
	"dead":    providers.StateError,
}

// offers are the power operations by status. There is no command for or out of
// "paused"; that its power can be cut is inferred.
var offers = map[string][]providers.PowerOp{
	"active":  {providers.PowerStop, providers.PowerOff, providers.PowerReset},
	"stopped": {providers.PowerStart},
	"paused":  {providers.PowerOff},
}

// Servers lists all servers with one call; the API has no pages.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.read(ctx, "server", "GET /servers/info")
	if err != nil {
		return nil, err
	}
	servers := make([]providers.Server, 0, len(rows))
	for _, r := range rows {
		servers = append(servers, p.server(r))
	}
	return servers, nil
}

// Server reads one server.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return providers.Server{}, err
	}
	return p.server(row), nil
}

func (p *Provider) serverRow(ctx context.Context, id string) (props, error) {
	return p.readOne(ctx, "server", "GET /servers/{id}/info", id)
}

// server maps one. The cloud does not tell when a server was made, only since
// when it runs. The size of its disk is a matter of its drives.
func (p *Provider) server(r props) providers.Server {
	s := providers.Server{
		ID: lower(r["server"]), Name: r["name"], ImageID: r[imageKey], SizeID: p.sizeOf(r),
		State: cmp.Or(states[r["status"]], providers.StateUnknown), NativeState: r["status"],
		Architecture: providers.X64, Cores: int(cmp.Or(r.number("smp:cores"), r.number("smp"))),
		MemoryMiB: int(r.number("mem")), Token: r[tokenKey], Power: power(r), Interfaces: interfaces(r),
	}
	if s.Cores == 0 {
		s.Cores = coresOf(int(r.number("cpu")))
	}
	if s.State == providers.StateInactive {
		s.Abilities = []providers.Ability{providers.AbilityResize}
	}
	if s.State == providers.StateError {
		s.Message = "the cloud says that the server is " + r["status"]
	}
	return s
}

// power is what the server offers. One that is not persistent is destroyed by
// a stop, so it must not be stopped by us.
func power(r props) []providers.PowerOp {
	ops := slices.Clone(offers[r["status"]])
	if r["persistent"] == "false" {
		ops = slices.DeleteFunc(ops, func(op providers.PowerOp) bool { return op != providers.PowerReset })
	}
	return ops
}

// devices are the places of drives: two IDE buses, one SCSI bus, virtio.
var devices = regexp.MustCompile(`^(ide:[01]:[01]|scsi:0:[0-7]|block:[0-7])$`)

// drives gives the server's drives by device.
func drives(server props) map[string]string {
	found := map[string]string{}
	for key, value := range server {
		if value != "" && devices.MatchString(key) {
			found[key] = lower(value)
		}
	}
	return found
}

// verbs are the commands of power operations.
var verbs = map[providers.PowerOp]string{
	providers.PowerStart: "POST /servers/{id}/start",
	providers.PowerStop:  "POST /servers/{id}/shutdown", // presses the ACPI power button
	providers.PowerOff:   "POST /servers/{id}/stop",     // cuts the power
	providers.PowerReset: "POST /servers/{id}/reset",
}

// leadsTo is the status that an operation is to reach; a reset changes none.
var leadsTo = map[providers.PowerOp]string{
	providers.PowerStart: "active",
	providers.PowerStop:  "stopped",
	providers.PowerOff:   "stopped",
}

// Power reads the server first and refuses what it does not offer; one that is
// already there needs no call. The cloud does not tell whether a guest obeys
// its power button, so a stop gives a ticket that ends when it has, or with
// [providers.ErrConflict] after the configured time.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	verb, known := verbs[op]
	if !known {
		return "", providers.Errorf(providers.ErrUnsupported, "Power", "ElasticHosts has no way to %s a server", op)
	}
	row, err := p.serverRow(ctx, id)
	switch {
	case err != nil:
		return "", err
	case row["status"] == leadsTo[op]:
		return "", nil
	case !slices.Contains(power(row), op):
		return "", providers.Errorf(providers.ErrConflict, verb, "a server that is %s does not offer it", describe(row))
	}
	if _, err = p.send(ctx, nil, verb, id); err != nil {
		return "", p.unlessThere(ctx, id, leadsTo[op], err)
	}
	if op == providers.PowerStop {
		until := p.clock.Now().Add(p.settings.ShutdownTimeout).Truncate(time.Second)
		return ticket{Do: awaitStop, Server: id, Until: until}.text(), nil
	}
	return "", nil
}

func describe(server props) string {
	if server["persistent"] == "false" {
		return server["status"] + " and not persistent"
	}
	return server["status"]
}

// unlessThere forgives a refusal of a server that has meanwhile got where it
// was to go. What is said then is not known: 409 busy or 400 usage, inferred.
func (p *Provider) unlessThere(ctx context.Context, id, status string, cause error) error {
	kind := providers.Kind(cause)
	if kind != providers.ErrConflict && kind != providers.ErrInvalid || status == "" {
		return cause
	}
	if row, err := p.serverRow(ctx, id); err != nil || row["status"] != status {
		return cause
	}
	return nil
}

// ResizeServer changes CPU and memory of a stopped server; its disk stays.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	size, err := p.size(sizeID)
	if err != nil {
		return "", err
	}
	return "", p.setStopped(ctx, id, func(props) (props, error) { return size.keys(), nil })
}

func (s Size) keys() props {
	return props{
		"cpu": strconv.Itoa(s.CPU), "smp": strconv.Itoa(s.Cores), "mem": strconv.Itoa(s.MemoryMiB), sizeKey: s.Name,
	}
}

const setOp = "POST /servers/{id}/set"

// setStopped changes keys that only a stopped server may change ("set" on an
// active one takes name, cpu, persistent, tags, user:*, password). keys looks
// at the server and says what to set; an empty value takes a key away, which
// is inferred. It stops nothing on its own: [providers.ErrConflict].
func (p *Provider) setStopped(ctx context.Context, id string, keys func(props) (props, error)) error {
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return err
	}
	if row["status"] != "stopped" {
		return providers.Errorf(providers.ErrConflict, setOp, "the server must be stopped, it is %s", row["status"])
	}
	change, err := keys(row)
	if err != nil {
		return err
	}
	_, err = p.send(ctx, change, setOp, id)
	return err
}

// DeleteServer destroys a server, which the cloud does in any state. Its drives
// stay, so those that were made for it are destroyed after it, and by the
// ticket as long as they are busy or cannot be reached.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return "", err
	}
	if _, err := p.send(ctx, nil, "POST /servers/{id}/destroy", id); err != nil {
		return "", err
	}
	left := slices.Sorted(maps.Values(drives(row)))
	if row[tokenKey] == "" || len(left) == 0 {
		return "", nil
	}
	t := ticket{Do: destroyDrives, Server: id, Token: row[tokenKey], Drives: left}
	if progress, err := p.pollDestroy(ctx, t); err == nil {
		return progress.Ticket, nil
	}
	return t.text(), nil // the server is gone, whatever became of its drives
}

// claimants are the servers that hold a drive: "claimed" is a list such as
// user:guest:SERVER:ide:0:0.
func claimants(drive props) (servers []string) {
	for _, claim := range strings.Fields(drive["claimed"]) {
		if parts := strings.Split(claim, ":"); len(parts) > 2 {
			servers = append(servers, lower(parts[2]))
		}
	}
	return servers
}
