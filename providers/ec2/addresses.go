package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// Addresses lists the Elastic IP addresses. EC2 gives them on one page.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	out, err := read(ctx, p.api.DescribeAddresses, &sdk.DescribeAddressesInput{})
	if err != nil {
		return nil, err
	}
	all := make([]providers.Address, len(out.Addresses))
	for n, a := range out.Addresses {
		all[n] = address(a)
	}
	return listing.Addresses(all, nil)
}

// CreateAddress reserves an Elastic IP address. EC2 has no key that would make
// the call repeatable; the token is found again by its tag.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	if spec.NetworkID != "" && spec.NetworkID != public {
		return providers.Address{}, providers.Errorf(providers.ErrInvalid, "AllocateAddress", "addresses come from the network %q only", public)
	}
	out, err := change(ctx, p.api.AllocateAddress, &sdk.AllocateAddressInput{
		Address:           some(spec.IP),
		Domain:            types.DomainTypeVpc,
		TagSpecifications: tagged(types.ResourceTypeElasticIp, ownTags("", spec.Token)),
	})
	if err != nil {
		return providers.Address{}, err
	}
	made := address(types.Address{AllocationId: out.AllocationId, PublicIp: out.PublicIp})
	made.Token = spec.Token
	return made, nil
}

// DeleteAddress gives an address back that is assigned to nothing.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	if err := known("ReleaseAddress", id); err != nil {
		return err
	}
	_, err := change(ctx, p.api.ReleaseAddress, &sdk.ReleaseAddressInput{AllocationId: aws.String(id)})
	return err
}

// AssignAddress maps an address to the first interface of a server. While the
// server is still pending, the ticket does it once it runs.
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (providers.Address, providers.Ticket, error) {
	a, err := p.address(ctx, addressID)
	if err != nil {
		return providers.Address{}, "", err
	}
	i, err := p.instance(ctx, serverID)
	if err != nil {
		return providers.Address{}, "", err
	}
	assigned := address(a)
	assigned.ServerID = serverID
	if stateName(i) == types.InstanceStateNamePending {
		assigned.State = providers.ResourcePending
		return assigned, p.ticket(step{Op: opAssign, ID: addressID, Server: serverID}), nil
	}
	if err := p.associate(ctx, addressID, i); err != nil {
		return providers.Address{}, "", err
	}
	assigned.State = providers.ResourceOnline
	assigned.InterfaceID = value(primary(i).NetworkInterfaceId)
	return assigned, "", nil
}

// UnassignAddress takes an address off its server. One that has none is left as
// it is.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	a, err := p.address(ctx, addressID)
	if err != nil || a.AssociationId == nil {
		return "", err
	}
	_, err = change(ctx, p.api.DisassociateAddress, &sdk.DisassociateAddressInput{AssociationId: a.AssociationId})
	return "", err
}

// associate maps an address to the first interface of a server; the server
// alone would be ambiguous when it has several.
func (p *Provider) associate(ctx context.Context, addressID string, i types.Instance) error {
	first := primary(i)
	if first == nil {
		return providers.Errorf(providers.ErrConflict, "AssociateAddress", "%s has no interface", value(i.InstanceId))
	}
	_, err := change(ctx, p.api.AssociateAddress, &sdk.AssociateAddressInput{
		AllocationId:       aws.String(addressID),
		NetworkInterfaceId: first.NetworkInterfaceId,
		AllowReassociation: aws.Bool(false),
	})
	return err
}

// address reads one Elastic IP address as EC2 tells it.
func (p *Provider) address(ctx context.Context, id string) (types.Address, error) {
	const operation = "DescribeAddresses"
	if err := known(operation, id); err != nil {
		return types.Address{}, err
	}
	out, err := read(ctx, p.api.DescribeAddresses, &sdk.DescribeAddressesInput{AllocationIds: []string{id}})
	if err != nil {
		return types.Address{}, err
	}
	for _, a := range out.Addresses {
		if value(a.AllocationId) == id {
			return a, nil
		}
	}
	return types.Address{}, notFound(operation, id)
}

// address translates an Elastic IP address. EC2 has no word for its state.
func address(a types.Address) providers.Address {
	state := providers.ResourceOffline
	if a.AssociationId != nil {
		state = providers.ResourceOnline
	}
	return providers.Address{
		ID:          value(a.AllocationId),
		IP:          value(a.PublicIp),
		NetworkID:   public,
		ServerID:    value(a.InstanceId),
		InterfaceID: value(a.NetworkInterfaceId),
		State:       state,
		Token:       tag(a.Tags, tagToken),
	}
}
