package elastichosts

import (
	"context"

	"occigate/providers"
)

// Addresses lists the static addresses, and the servers for who uses them.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	rows, err := p.read(ctx, "resource", "GET /resources/ip/info")
	if err != nil {
		return nil, err
	}
	servers, err := p.read(ctx, "server", "GET /servers/info")
	if err != nil {
		return nil, err
	}
	users := map[string]string{}
	for _, s := range servers {
		users[s["nic:0:dhcp"]] = lower(s["server"])
	}
	addresses := make([]providers.Address, 0, len(rows))
	for _, r := range rows {
		a := address(r)
		if server := users[a.IP]; server != "" {
			a.ServerID, a.InterfaceID, a.State, a.NativeState = server, "nic:0", providers.ResourceOnline, "in use"
		}
		addresses = append(addresses, a)
	}
	return addresses, nil
}

// address maps one that no server uses. Its id is the address itself; there is
// no place for our token.
func address(r props) providers.Address {
	return providers.Address{
		ID: r["resource"], IP: r["resource"], NetworkID: public,
		State: providers.ResourceOffline, NativeState: "free",
	}
}

// CreateAddress reserves an address that the cloud chooses.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	const op = "POST /resources/ip/create"
	if spec.IP != "" {
		return providers.Address{}, providers.Errorf(providers.ErrUnsupported, op, "an address cannot be chosen")
	}
	if spec.NetworkID != "" && spec.NetworkID != public {
		return providers.Address{}, providers.Errorf(providers.ErrInvalid, op, "only the network %q has addresses", public)
	}
	row, err := p.create(ctx, "resource", op, props{})
	if err != nil {
		return providers.Address{}, err
	}
	return address(row), nil
}

// DeleteAddress gives an address back; the cloud refuses one that a server
// uses, which is inferred.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	_, err := p.send(ctx, nil, "POST /resources/ip/{id}/destroy", id)
	return err
}

// AssignAddress makes a stopped server ask for the address at its next start.
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (providers.Address, providers.Ticket, error) {
	row, err := p.readOne(ctx, "resource", "GET /resources/ip/{id}/info", addressID)
	if err != nil {
		return providers.Address{}, "", err
	}
	a := address(row)
	if err := p.ask(ctx, serverID, a.IP); err != nil {
		return providers.Address{}, "", err
	}
	a.ServerID, a.InterfaceID, a.State, a.NativeState = lower(serverID), "nic:0", providers.ResourceOnline, "in use"
	return a, "", nil
}

// UnassignAddress lets the stopped server that has the address take any.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	rows, err := p.Addresses(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range rows {
		switch {
		case a.ID == addressID && a.ServerID == "":
			return "", nil
		case a.ID == addressID:
			return "", p.ask(ctx, a.ServerID, "auto")
		}
	}
	return "", providers.Errorf(providers.ErrNotFound, "address", "no address %s", addressID)
}

// ask sets what the first interface of a stopped server asks DHCP for.
func (p *Provider) ask(ctx context.Context, serverID, address string) error {
	return p.setStopped(ctx, serverID, func(server props) (props, error) {
		if server["nic:0:dhcp"] == "" {
			return nil, providers.Errorf(providers.ErrConflict, setOp, "the server has no interface in the public network")
		}
		return props{"nic:0:dhcp": address}, nil
	})
}
