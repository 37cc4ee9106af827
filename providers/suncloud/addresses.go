package suncloud

import (
	"context"
	"errors"
	"net/http"

	"occigate/providers"
)

// Addresses lists the VDC's public addresses.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	t, err := p.tree(ctx)
	if err != nil {
		return nil, err
	}
	addresses := make([]providers.Address, 0, len(t.vdc.Addresses))
	for _, a := range t.vdc.Addresses {
		addresses = append(addresses, a.address())
	}
	return addresses, nil
}

// address maps one.
func (a address) address() providers.Address {
	out := providers.Address{
		ID: a.URI, IP: a.IP, NetworkID: public, Token: tokenOf(a.Tags),
		ServerID: a.VM, State: providers.ResourceOffline, NativeState: "free",
	}
	if a.VM != "" {
		out.InterfaceID, out.State, out.NativeState = a.URI, providers.ResourceOnline, "attached"
	}
	if a.IP == "" {
		out.State, out.NativeState = providers.ResourcePending, "new"
	}
	return out
}

// CreateAddress reserves an address that the cloud chooses. One that is not
// there at once is pending and without IP. The same token makes no second one.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	const op = "POST PublicAddress"
	switch {
	case spec.IP != "":
		return providers.Address{}, providers.Errorf(providers.ErrUnsupported, op, "an address cannot be chosen")
	case spec.NetworkID != "" && spec.NetworkID != public:
		return providers.Address{}, providers.Errorf(providers.ErrInvalid, op, "only the network public has addresses")
	}
	t, err := p.tree(ctx)
	if err != nil {
		return providers.Address{}, err
	}
	for _, a := range t.vdc.Addresses {
		if spec.Token != "" && tokenOf(a.Tags) == spec.Token {
			return a.address(), nil
		}
	}
	a := address{Tags: []string{tokenTag + spec.Token}}
	body := map[string]any{"name": "address-" + spec.Token, "tags": a.Tags}
	a.URI, _, err = p.change(ctx, call{method: http.MethodPost, uri: t.vdc.URI, kind: "PublicAddress", body: body}, ticket{})
	if err != nil {
		return providers.Address{}, err
	}
	if err := p.get(ctx, a.URI, "PublicAddress", &a); err != nil && !errors.Is(err, providers.ErrNotFound) {
		return providers.Address{}, err
	}
	return a.address(), nil
}

// DeleteAddress releases an address, attached or not.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	_, err := p.delete(ctx, id, "PublicAddress")
	return err
}

// AssignAddress attaches an address to a VM.
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (providers.Address, providers.Ticket, error) {
	var a address
	if err := p.get(ctx, addressID, "PublicAddress", &a); err != nil {
		return providers.Address{}, "", err
	}
	m, err := p.vm(ctx, serverID)
	if err != nil {
		return providers.Address{}, "", err
	}
	next, err := p.plug(ctx, "attach PublicAddress", m.Attach, nic{Address: a.URI})
	if err != nil {
		return providers.Address{}, "", err
	}
	a.VM = m.URI
	return a.address(), next, nil
}

// UnassignAddress detaches an address from the VM that has it; one that is free
// is no error.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	var a address
	if err := p.get(ctx, addressID, "PublicAddress", &a); err != nil || a.VM == "" {
		return "", err
	}
	m, err := p.vm(ctx, a.VM)
	if err != nil {
		return "", err
	}
	return p.plug(ctx, "detach PublicAddress", m.Detach, nic{Address: a.URI})
}
