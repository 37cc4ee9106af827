package openstack

import (
	"context"
	"net/netip"

	"occigate/providers"
)

// plugged maps a port to the interface of its server.
func (r portRow) plugged() providers.Interface {
	i := providers.Interface{
		ID: r.ID, ServerID: r.DeviceID, NetworkID: r.NetworkID, MAC: r.MAC,
		State: portStates[r.Status], NativeState: r.Status,
	}
	if i.State == "" {
		i.State = providers.ResourceOffline
	}
	for n, ip := range r.FixedIPs {
		if n == 0 {
			i.IP, i.Public = ip.Address, public(ip.Address)
			continue
		}
		i.MoreIPs = append(i.MoreIPs, ip.Address)
	}
	return i
}

// public reports whether an address is meant to be reached from the internet.
func public(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsGlobalUnicast() && !ip.IsPrivate()
}

// AttachInterface lets Nova make a port in the network and plug the server into
// it. A MAC address cannot be asked for: [providers.ErrUnsupported].
func (p *Provider) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (providers.Interface, providers.Ticket, error) {
	const op = "POST /servers/{id}/os-interface"
	if spec.MAC != "" {
		return providers.Interface{}, "", noMAC(op)
	}
	wish := map[string]any{"net_id": spec.NetworkID}
	if spec.IP != "" {
		wish["fixed_ips"] = []fixedIP{{spec.IP}}
	}
	var answer struct {
		Attachment struct {
			Port    string    `json:"port_id"`
			Net     string    `json:"net_id"`
			MAC     string    `json:"mac_addr"`
			State   string    `json:"port_state"`
			FixedIP []fixedIP `json:"fixed_ips"`
		} `json:"interfaceAttachment"`
	}
	err := p.do(ctx, request{
		to: compute, op: op, ids: []string{spec.ServerID},
		body: map[string]any{"interfaceAttachment": wish}, into: &answer,
	})
	if err != nil {
		return providers.Interface{}, "", err
	}
	a := answer.Attachment
	port := portRow{ID: a.Port, NetworkID: a.Net, MAC: a.MAC, DeviceID: spec.ServerID, Status: a.State, FixedIPs: a.FixedIP}
	i := port.plugged()
	i.Static = spec.IP != ""
	return i, "", nil
}

// DetachInterface unplugs a port; Nova deletes it with that. Nova accepts a
// detach of any port and finds out later, so the port is looked up first.
func (p *Provider) DetachInterface(ctx context.Context, serverID, interfaceID string) (providers.Ticket, error) {
	ids := []string{serverID, interfaceID}
	if err := p.do(ctx, request{to: compute, op: "GET /servers/{id}/os-interface/{port}", ids: ids}); err != nil {
		return "", err
	}
	return "", p.do(ctx, request{to: compute, op: "DELETE /servers/{id}/os-interface/{port}", ids: ids})
}

// noMAC refuses a wish that only a port made beforehand could fulfil.
func noMAC(op string) error {
	return providers.Errorf(providers.ErrUnsupported, op, "the MAC address of an interface is chosen by the cloud")
}
