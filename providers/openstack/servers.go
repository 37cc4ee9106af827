package openstack

import (
	"context"
	"net/url"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// Servers lists the project's servers with their interfaces. It costs the pages
// of Nova's detailed list, which has up to 1,000 rows a page, and one listing
// of ports; Nova says that there is a next page whenever one is full, so a
// count that is a multiple of the page size costs one more. Servers of a cell
// that does not answer make the listing [providers.ErrUnavailable].
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := list[serverRow](ctx, p, request{to: compute, op: "GET /servers/detail", query: limited()}, "servers")
	rows, err = listing.Once(rows, err, func(r serverRow) string { return r.ID })
	if err != nil {
		return nil, err
	}
	ports, err := p.ports(ctx, "")
	if err != nil {
		return nil, err
	}
	servers := make([]providers.Server, 0, len(rows))
	for _, row := range rows {
		if row.gone() {
			continue
		}
		s, err := row.server(ports[row.ID])
		if err != nil {
			return nil, err
		}
		servers = append(servers, s)
	}
	return servers, nil
}

// Server reads one server and its ports: two calls.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return providers.Server{}, err
	}
	ports, err := p.ports(ctx, id)
	if err != nil {
		return providers.Server{}, err
	}
	return row.server(ports[id])
}

// serverRow reads what Nova has of one server.
func (p *Provider) serverRow(ctx context.Context, id string) (serverRow, error) {
	const op = "GET /servers/{id}"
	var answer struct{ Server serverRow }
	if err := p.do(ctx, request{to: compute, op: op, ids: []string{id}, into: &answer}); err != nil {
		return serverRow{}, err
	}
	if answer.Server.gone() {
		return serverRow{}, providers.Errorf(providers.ErrNotFound, op, "server %s is deleted", id)
	}
	return answer.Server, nil
}

// DeleteServer deletes a server in whatever state. Nova takes its ports with it
// and detaches its volumes; a key pair that was imported for it stays, since
// other servers may be made with it.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	return "", p.do(ctx, request{to: compute, op: "DELETE /servers/{id}", ids: []string{id}})
}

// portRow is a Neutron port (Networking API v2.0, "Ports").
type portRow struct {
	ID          string
	NetworkID   string `json:"network_id"`
	MAC         string `json:"mac_address"`
	DeviceID    string `json:"device_id"`
	DeviceOwner string `json:"device_owner"`
	Status      string
	FixedIPs    []fixedIP `json:"fixed_ips"`
}

type fixedIP struct {
	Address string `json:"ip_address"`
}

// portFields are what is asked of each port: a tenth of the whole row.
var portFields = []string{"id", "network_id", "mac_address", "device_id", "device_owner", "status", "fixed_ips"}

// ports lists the ports of one server, or of all servers of the project when
// the id is empty, by server. Neutron compares device_owner as a whole and Nova
// writes "compute:" and the zone there, so the rest is sorted out here.
func (p *Provider) ports(ctx context.Context, serverID string) (map[string][]portRow, error) {
	if err := p.session.open(ctx); err != nil {
		return nil, err
	}
	query := url.Values{"fields": portFields, "project_id": {p.session.grant.Load().project}}
	if serverID != "" {
		query = url.Values{"fields": portFields, "device_id": {serverID}}
	}
	rows, err := list[portRow](ctx, p, request{to: network, op: "GET /ports", query: query}, "ports")
	rows, err = listing.Once(rows, err, func(r portRow) string { return r.ID })
	if err != nil {
		return nil, err
	}
	of := map[string][]portRow{}
	for _, row := range rows {
		if row.ofServer() {
			of[row.DeviceID] = append(of[row.DeviceID], row)
		}
	}
	return of, nil
}
