package openstack

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// addressRow is a floating IP (Networking API v2.0, "List floating IPs").
// port_details are of the extension fip-port-details (Queens).
type addressRow struct {
	ID          string
	Address     string `json:"floating_ip_address"`
	NetworkID   string `json:"floating_network_id"`
	PortID      string `json:"port_id"`
	Status      string
	Description string
	Port        *struct {
		DeviceID    string `json:"device_id"`
		DeviceOwner string `json:"device_owner"`
	} `json:"port_details"`
}

// addressStates gives the meaning of a floating IP's status; an address that is
// mapped to nothing is DOWN.
var addressStates = map[string]providers.ResourceState{
	"ACTIVE": providers.ResourceOnline,
	"DOWN":   providers.ResourceOffline,
	"ERROR":  providers.ResourceError,
}

func (r addressRow) address() providers.Address {
	a := providers.Address{
		ID: r.ID, IP: r.Address, NetworkID: r.NetworkID, InterfaceID: r.PortID,
		State: addressStates[r.Status], NativeState: r.Status, Token: tokenIn(r.Description),
	}
	if a.State == "" {
		a.State = providers.ResourceOffline
	}
	if r.Port != nil && (portRow{DeviceOwner: r.Port.DeviceOwner}).ofServer() {
		a.ServerID = r.Port.DeviceID
	}
	return a
}

// Addresses lists the project's floating IPs: one listing, and one of ports
// where the cloud does not tell with an address whose port it is on.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	if err := p.session.open(ctx); err != nil {
		return nil, err
	}
	rows, err := list[addressRow](ctx, p, request{
		to: network, op: "GET /floatingips", query: url.Values{"project_id": {p.session.grant.Load().project}},
	}, "floatingips")
	if err != nil {
		return nil, err
	}
	addresses := make([]providers.Address, 0, len(rows))
	for _, r := range rows {
		addresses = append(addresses, r.address())
	}
	untold := func(r addressRow) bool { return r.PortID != "" && r.Port == nil }
	if slices.ContainsFunc(rows, untold) {
		err = p.nameServers(ctx, addresses)
	}
	return listing.Addresses(addresses, err)
}

// nameServers fills in the servers by their ports.
func (p *Provider) nameServers(ctx context.Context, addresses []providers.Address) error {
	ports, err := p.ports(ctx, "")
	if err != nil {
		return err
	}
	serverOf := map[string]string{}
	for server, of := range ports {
		for _, port := range of {
			serverOf[port.ID] = server
		}
	}
	for i := range addresses {
		addresses[i].ServerID = serverOf[addresses[i].InterfaceID]
	}
	return nil
}

// CreateAddress reserves a floating IP from the external network asked for,
// else the configured one, else the cloud's only one.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	pool, err := p.pool(ctx, spec.NetworkID)
	if err != nil {
		return providers.Address{}, err
	}
	wish := map[string]string{"floating_network_id": pool, "description": note(spec.Token)}
	if spec.IP != "" {
		wish["floating_ip_address"] = spec.IP
	}
	var answer struct {
		Row addressRow `json:"floatingip"`
	}
	err = p.do(ctx, request{to: network, op: "POST /floatingips", body: map[string]any{"floatingip": wish}, into: &answer})
	if err != nil {
		return providers.Address{}, err
	}
	return answer.Row.address(), nil
}

func (p *Provider) pool(ctx context.Context, asked string) (string, error) {
	configured := p.settings.ExternalNetwork
	switch {
	case asked != "":
		return asked, nil
	case uuid.Validate(configured) == nil:
		return configured, nil
	}
	rows, err := p.networkRows(ctx)
	if err != nil {
		return "", err
	}
	rows = slices.DeleteFunc(rows, func(r networkRow) bool {
		return !r.External || configured != "" && r.Name != configured
	})
	return theOne(rows, "external_network", configured)
}

// DeleteAddress gives a floating IP back, assigned or not.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	return p.do(ctx, request{to: network, op: "DELETE /floatingips/{id}", ids: []string{id}})
}

// AssignAddress maps a floating IP to the first of the server's ports, in the
// order of its interfaces, that a router connects with the address's network.
// A server without any is [providers.ErrConflict].
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (providers.Address, providers.Ticket, error) {
	s, err := p.Server(ctx, serverID)
	if err != nil {
		return providers.Address{}, "", err
	}
	err = providers.Errorf(providers.ErrConflict, "PUT /floatingips/{id}", "server %s has no interface with an IPv4 address", serverID)
	for _, i := range s.Interfaces {
		if ip, bad := netip.ParseAddr(i.IP); bad != nil || !ip.Is4() {
			continue
		}
		var row addressRow
		row, err = p.mapTo(ctx, addressID, i.ID)
		if err == nil {
			a := row.address()
			a.ServerID = serverID
			return a, "", nil
		}
		if !errors.Is(err, providers.ErrConflict) {
			break
		}
	}
	return providers.Address{}, "", err
}

// UnassignAddress takes a floating IP off whatever it is mapped to.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	_, err := p.mapTo(ctx, addressID, nil)
	return "", err
}

// mapTo maps a floating IP to a port, nil to none.
func (p *Provider) mapTo(ctx context.Context, addressID string, portID any) (addressRow, error) {
	var answer struct {
		Row addressRow `json:"floatingip"`
	}
	err := p.do(ctx, request{
		to: network, op: "PUT /floatingips/{id}", ids: []string{addressID},
		body: map[string]any{"floatingip": map[string]any{"port_id": portID}}, into: &answer,
	})
	return answer.Row, err
}
