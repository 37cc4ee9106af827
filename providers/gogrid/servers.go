package gogrid

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"strconv"

	"occigate/providers"
)

// condition is what a state of the cloud means to us.
type condition struct {
	state     providers.State
	power     []providers.PowerOp
	abilities []providers.Ability
}

var changeable = []providers.Ability{providers.AbilitySave, providers.AbilityResize}

// conditions of servers by the name of their state (lookup server.state). Stop
// and reboot are not offered, since the cloud cuts the power for both.
var conditions = map[string]condition{
	"On":         {providers.StateActive, []providers.PowerOp{providers.PowerOff, providers.PowerReset}, changeable},
	"Starting":   {state: providers.StateStarting},
	"Off":        {providers.StateInactive, []providers.PowerOp{providers.PowerStart}, changeable},
	"Stopping":   {state: providers.StateStopping},
	"Restarting": {state: providers.StateRestarting},
	"Saving":     {state: providers.StateSaving},
	"Restoring":  {state: providers.StatePending},
	"Updating":   {state: providers.StateResizing},
	"On/Saving":  {state: providers.StateSaving},
	"Off/Saving": {state: providers.StateInactive},
}

// server is a row as the contract has it. A row without an id is still being
// built, whatever its state says.
func (r serverRow) server() providers.Server {
	title, token := unmark(r.Description)
	if token == "" || !carries(r.Name, token) {
		title, token = r.Name, ""
	}
	c, known := conditions[r.State.Name]
	if !known {
		c.state = providers.StateUnknown
	}
	s := providers.Server{
		ID: r.ID.String(), Name: cmp.Or(title, r.Name), Token: token, Zone: cmp.Or(r.Datacenter.Name, r.IP.Datacenter.Name),
		ImageID: r.Image.ID.String(), SizeID: r.RAM.ID.String(), MemoryMiB: mebibytes(r.RAM.Name),
		Architecture: r.Image.architecture(), Cores: int(math.Ceil(float64(r.Cores))),
		State: c.state, NativeState: r.State.Name, Power: c.power, Abilities: c.abilities,
	}
	switch {
	case s.ID == "":
		s.State, s.Power, s.Abilities, s.Message = providers.StatePending, nil, nil, "being created"
		return s
	case r.State.Name == "Off/Saving" || r.State.Name == "On/Saving":
		s.Message = "an image is being saved"
	}
	s.Interfaces = r.interfaces(s)
	return s
}

// interfaces are made from the addresses of a server: the cloud has no object
// for them, and none can be unplugged.
func (r serverRow) interfaces(s providers.Server) (all []providers.Interface) {
	state := providers.ResourceOffline
	if s.State == providers.StateActive {
		state = providers.ResourceOnline
	}
	for _, ip := range []struct {
		ipRow
		network string
	}{{r.IP.ipRow, public}, {r.PrivateIP.ipRow, private}} {
		if ip.IP == "" {
			continue
		}
		all = append(all, providers.Interface{
			ID: ip.network, ServerID: s.ID, NetworkID: ip.network, IP: ip.IP,
			Device: "eth" + strconv.Itoa(len(all)), Static: true, Public: ip.network == public,
			State: state, NativeState: r.State.Name, Fixed: true,
		})
	}
	return all
}

// Servers lists the account's servers in the datacenter, 250 a call. Those that
// are still being built have no id.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.serverRows(ctx)
	if err != nil {
		return nil, err
	}
	servers := make([]providers.Server, 0, len(rows))
	for _, r := range rows {
		servers = append(servers, r.server())
	}
	return servers, nil
}

func (p *Provider) serverRows(ctx context.Context) ([]serverRow, error) {
	return list[serverRow](ctx, p, "grid/server/list", p.inDatacenter())
}

func (p *Provider) inDatacenter() url.Values {
	return url.Values{"datacenter": {p.settings.Datacenter}}
}

// Server reads one server by its id.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	r, err := one[serverRow](ctx, p, "grid/server/get", named(id))
	if err != nil {
		return providers.Server{}, err
	}
	return r.server(), nil
}

// named is the argument for a server: its id or, while it has none, its name.
func named(text string) url.Values {
	if _, err := strconv.ParseUint(text, 10, 64); err == nil {
		return url.Values{"id": {text}}
	}
	return url.Values{"name": {text}}
}

// DeleteServer deletes a server by its id, or by its name while it has no id.
// The cloud shows it as it was until it is gone.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	_, _, err := p.call(ctx, "grid/server/delete", named(id))
	return "", err
}
