package gogrid

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/condition"
	"occigate/providers/internal/naming"
)

var changeable = []providers.Ability{providers.AbilitySave, providers.AbilityResize}

// conditions of servers by the name of their state (lookup server.state). Stop
// and reboot are not offered, since the cloud cuts the power for both.
var conditions = condition.Table{
	"On":         {State: providers.StateActive, Power: []providers.PowerOp{providers.PowerOff, providers.PowerReset}, Abilities: changeable},
	"Starting":   {State: providers.StateStarting},
	"Off":        {State: providers.StateInactive, Power: []providers.PowerOp{providers.PowerStart}, Abilities: changeable},
	"Stopping":   {State: providers.StateStopping},
	"Restarting": {State: providers.StateRestarting},
	"Saving":     {State: providers.StateSaving},
	"Restoring":  {State: providers.StatePending},
	"Updating":   {State: providers.StateResizing},
	"On/Saving":  {State: providers.StateSaving, Message: "an image is being saved"},
	"Off/Saving": {State: providers.StateInactive, Message: "an image is being saved"},
}

// server is a row as the contract has it. A row without an id is still being
// built, whatever its state says.
func (r serverRow) server() providers.Server {
	title, token := naming.Unbracket(r.Description)
	if token == "" || !form.Ends(r.Name, code(token)) {
		title, token = r.Name, ""
	}
	s := providers.Server{
		ID: r.ID.String(), Name: cmp.Or(title, r.Name), Token: token, Zone: cmp.Or(r.Datacenter.Name, r.IP.Datacenter.Name),
		ImageID: r.Image.ID.String(), SizeID: r.RAM.ID.String(), MemoryMiB: mebibytes(r.RAM.Name),
		Architecture: r.Image.architecture(), Cores: int(math.Ceil(float64(r.Cores))),
	}
	if s.ID == "" {
		s.State, s.NativeState, s.Message = providers.StatePending, r.State.Name, "being created"
		return s
	}
	conditions.Set(&s, r.State.Name)
	r.plug(&s)
	return s
}

// plug makes interfaces from the addresses of a server: the cloud has no object
// for them, and none can be unplugged.
func (r serverRow) plug(s *providers.Server) {
	for _, in := range []struct{ network, ip string }{{public, r.IP.IP}, {private, r.PrivateIP.IP}} {
		if in.ip == "" {
			continue
		}
		condition.Plug(s, providers.Interface{
			ID: in.network, NetworkID: in.network, IP: in.ip,
			Device: "eth" + strconv.Itoa(len(s.Interfaces)), Static: true, Public: in.network == public,
		})
	}
}

// imageStates are the states of images that are shown; Deleted and Trash are
// not.
var imageStates = map[string]providers.ImageState{
	"Available": providers.ImageReady,
	"Saving":    providers.ImagePending,
	"Migrating": providers.ImagePending,
}

func (r imageRow) image() providers.Image {
	description, token := naming.Unbracket(r.Description)
	return providers.Image{
		ID: r.ID.String(), Name: cmp.Or(r.FriendlyName, r.Name, r.ID.String()), Alias: r.Name, Description: description, Token: token,
		Architecture: r.architecture(), MinMemoryMiB: mebibytes(r.MinRAM.Name), Created: moment(r.Created),
		State: imageStates[r.State.Name], Own: !r.Public,
	}
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

// network is one of the two, with the range and the datacenter that the first
// address in it tells.
func (p *Provider) network(id string, rows []ipRow) providers.Network {
	n := providers.Network{
		ID: id, Name: id, Public: id == public, Zone: p.settings.Datacenter, Shared: true, State: providers.ResourceOnline,
	}
	for _, r := range rows {
		if r.Public == n.Public && n.CIDR == "" {
			n.Zone, n.CIDR = r.Datacenter.Name, prefix(r.Subnet)
		}
	}
	return n
}

// addressStates are the states of addresses (lookup ip.state). Assigned means in
// use or set aside, also by load balancers.
var addressStates = map[string]providers.ResourceState{
	"Assigned":   providers.ResourceOnline,
	"Unassigned": providers.ResourceOffline,
}

// address maps one that a server holds, or nobody.
func (r ipRow) address() providers.Address {
	a := providers.Address{
		ID: r.ID.String(), IP: r.IP, NetworkID: public, ServerID: r.Holder.String(),
		State: cmp.Or(addressStates[r.State.Name], providers.ResourcePending), NativeState: r.State.Name,
	}
	if r.Holder != "" {
		a.InterfaceID = public
	}
	return a
}
