package openstack

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// tokenNote and our token are the description of networks and floating
// addresses: Neutron has no metadata, and takes tags only after the create.
const tokenNote = tokenKey + "="

// note is the description that carries a token, tokenIn reads it.
func note(token string) string {
	if token == "" {
		return ""
	}
	return tokenNote + token
}

func tokenIn(description string) string {
	token, ours := strings.CutPrefix(description, tokenNote)
	if !ours {
		return ""
	}
	return token
}

// networkRow is a network (Networking API v2.0, "List networks"). What only
// administrators see is empty for others.
type networkRow struct {
	ID          string
	Name        string
	Status      string
	Description string
	Up          bool `json:"admin_state_up"`
	Shared      bool
	External    bool     `json:"router:external"`
	Project     string   `json:"project_id"`
	Subnets     []string // ids
	Created     stamp    `json:"created_at"`
	Type        string   `json:"provider:network_type"`
	Segment     int      `json:"provider:segmentation_id"`
}

// subnetRow is a subnet ("List subnets").
type subnetRow struct {
	ID        string
	NetworkID string `json:"network_id"`
	Version   int    `json:"ip_version"`
	CIDR      string
	Gateway   string `json:"gateway_ip"`
	DHCP      bool   `json:"enable_dhcp"`
}

// networkStates gives the meaning of Neutron's network status.
var networkStates = map[string]providers.ResourceState{
	"ACTIVE": providers.ResourceOnline,
	"BUILD":  providers.ResourcePending,
	"DOWN":   providers.ResourceOffline,
	"ERROR":  providers.ResourceError,
}

func (r networkRow) network(project string, subnets []subnetRow) providers.Network {
	n := providers.Network{
		ID: r.ID, Name: r.Name, Public: r.External, External: r.External, Shared: r.Project != project,
		State: networkStates[r.Status], NativeState: r.Status, Created: r.Created.Time, Token: tokenIn(r.Description),
	}
	if n.State == "" || n.State == providers.ResourceOnline && !r.Up {
		n.State = providers.ResourceOffline
	}
	if r.Type == "vlan" {
		n.VLAN = r.Segment
	}
	if s := r.mainSubnet(subnets); s != nil {
		n.CIDR, n.Gateway, n.Dynamic = s.CIDR, s.Gateway, s.DHCP
	}
	return n
}

// mainSubnet is the first IPv4 subnet in the network's own order, else the
// first at all.
func (r networkRow) mainSubnet(subnets []subnetRow) *subnetRow {
	var own []subnetRow
	for _, id := range r.Subnets {
		if i := slices.IndexFunc(subnets, func(s subnetRow) bool { return s.ID == id }); i >= 0 {
			own = append(own, subnets[i])
		}
	}
	if i := slices.IndexFunc(own, func(s subnetRow) bool { return s.Version == 4 }); i >= 0 {
		return &own[i]
	}
	if len(own) > 0 {
		return &own[0]
	}
	return nil
}

// Networks lists the project's networks, those shared with it and the external
// ones: one listing of networks and one of subnets.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.networkRows(ctx)
	if err != nil {
		return nil, err
	}
	subnets, err := p.subnets(ctx, nil)
	if err != nil {
		return nil, err
	}
	project := p.session.grant.Load().project
	networks := make([]providers.Network, 0, len(rows))
	for _, r := range rows {
		networks = append(networks, r.network(project, subnets))
	}
	return listing.Networks(networks, nil)
}

// networkRows leaves out what only an administrator sees: networks of others.
func (p *Provider) networkRows(ctx context.Context) ([]networkRow, error) {
	rows, err := list[networkRow](ctx, p, request{to: network, op: "GET /networks"}, "networks")
	if err != nil {
		return nil, err
	}
	project := p.session.grant.Load().project
	return slices.DeleteFunc(rows, func(r networkRow) bool {
		return r.Project != project && !r.Shared && !r.External
	}), nil
}

func (p *Provider) subnets(ctx context.Context, query url.Values) ([]subnetRow, error) {
	return list[subnetRow](ctx, p, request{to: network, op: "GET /subnets", query: query}, "subnets")
}

// Network reads one network and its subnets: two calls.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	var answer struct{ Network networkRow }
	if err := p.do(ctx, request{to: network, op: "GET /networks/{id}", ids: []string{id}, into: &answer}); err != nil {
		return providers.Network{}, err
	}
	subnets, err := p.subnets(ctx, url.Values{"network_id": {id}})
	return answer.Network.network(p.session.grant.Load().project, subnets), err
}

// DeleteNetwork deletes a network with its subnets; Neutron refuses one that
// something is plugged into.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	return "", p.do(ctx, request{to: network, op: "DELETE /networks/{id}", ids: []string{id}})
}

// defaultNetwork is the id of the network of servers that name none: see
// networksOf. It is empty when there is no network to plug into.
func (p *Provider) defaultNetwork(ctx context.Context) (string, error) {
	configured := p.settings.Network
	if uuid.Validate(configured) == nil {
		return configured, nil
	}
	rows, err := p.networkRows(ctx)
	if err != nil {
		return "", err
	}
	rows = slices.DeleteFunc(rows, func(r networkRow) bool {
		return r.External || len(r.Subnets) == 0 || configured != "" && r.Name != configured
	})
	if len(rows) == 0 && configured == "" {
		return "", nil
	}
	return theOne(rows, "default_network", configured)
}

// theOne is the id of the only network of several that could be meant.
func theOne(rows []networkRow, setting, configured string) (string, error) {
	const op = "GET /networks"
	switch {
	case len(rows) == 1:
		return rows[0].ID, nil
	case len(rows) == 0 && configured == "":
		return "", providers.Errorf(providers.ErrConflict, op, "the project sees no network that could be its %s", setting)
	case len(rows) == 0:
		return "", providers.Errorf(providers.ErrInvalid, op, "no network is named %s, the account's %s", configured, setting)
	}
	var names []string
	for _, r := range rows {
		names = append(names, cmp.Or(r.Name, r.ID))
	}
	slices.Sort(names)
	return "", providers.Errorf(providers.ErrConflict, op, "there are several networks and none is chosen: name one of %s, or set %s",
		strings.Join(names, ", "), setting)
}
