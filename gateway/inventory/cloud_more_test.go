package inventory_test

import (
	"context"

	"occigate/providers"
)

func (c *cloud) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	if err := c.enter(ctx, "CreateVolume"); err != nil {
		return providers.Volume{}, "", err
	}
	v := &providers.Volume{ID: c.id("v"), Name: spec.Name, SizeGiB: spec.SizeGiB, Token: spec.Token, State: providers.ResourceOnline}
	c.volumes[v.ID] = v
	return providers.Volume{ID: v.ID}, "", c.leave("CreateVolume")
}

func (c *cloud) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	if err := c.enter(ctx, "DeleteVolume"); err != nil {
		return "", err
	}
	delete(c.volumes, id)
	return "", c.leave("DeleteVolume")
}

func (c *cloud) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (providers.Ticket, error) {
	if err := c.enter(ctx, "ResizeVolume"); err != nil {
		return "", err
	}
	c.volumes[id].SizeGiB = sizeGiB
	return "", c.leave("ResizeVolume")
}

func (c *cloud) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	if err := c.enter(ctx, "CreateNetwork"); err != nil {
		return providers.Network{}, "", err
	}
	n := &providers.Network{ID: c.id("n"), Name: spec.Name, Token: spec.Token, State: providers.ResourceOnline}
	c.networks[n.ID] = n
	return providers.Network{ID: n.ID}, "", c.leave("CreateNetwork")
}

func (c *cloud) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	if err := c.enter(ctx, "DeleteNetwork"); err != nil {
		return "", err
	}
	delete(c.networks, id)
	return "", c.leave("DeleteNetwork")
}
