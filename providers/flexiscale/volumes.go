package flexiscale

import (
	"cmp"
	"context"

	"occigate/providers"
)

// Volumes lists the disks. Each is made and destroyed with its server, and can
// be neither attached nor detached.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	rows, err := p.list(ctx, "ListDisks", all())
	if err != nil {
		return nil, err
	}
	volumes := make([]providers.Volume, 0, len(rows.items))
	for _, r := range rows.items {
		v := providers.Volume{
			ID: r.id("disk_id"), Name: r.text("disk_name"), SizeGiB: float64(r.number("capacity")), State: providers.ResourceOnline,
		}
		v.Name = cmp.Or(v.Name, v.ID)
		if server := r.number("server_id"); server != 0 {
			v.Attachments = []providers.Attachment{{ServerID: r.id("server_id"), VolumeID: v.ID, State: providers.ResourceOnline}}
		}
		volumes = append(volumes, v)
	}
	return volumes, rows.err()
}

// Volume finds one of them.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	volumes, err := p.Volumes(ctx)
	if err != nil {
		return providers.Volume{}, err
	}
	for _, v := range volumes {
		if v.ID == id {
			return v, nil
		}
	}
	return providers.Volume{}, providers.Errorf(providers.ErrNotFound, "ListDisks", "there is no disk with the id %s", id)
}
