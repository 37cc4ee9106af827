package flexiscale

import (
	"cmp"
	"context"
	"strings"

	"occigate/providers"
)

// Catalogue lists the cloud's operating system images, in one call, and the
// configured sizes. There are no zones.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	images, err := p.images(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	c := providers.Catalogue{Images: images}
	for _, s := range p.settings.Sizes {
		c.Sizes = append(c.Sizes, providers.Size{
			ID: s.Name, Name: s.Name, Cores: s.Processors, MemoryMiB: s.MemoryMiB, DiskGiB: float64(s.DiskGiB),
		})
	}
	return c, nil
}

func (p *Provider) images(ctx context.Context) (images []providers.Image, err error) {
	rows, err := p.list(ctx, "ListOperatingSystemImages")
	if err != nil {
		return nil, err
	}
	for _, r := range rows.items {
		image := providers.Image{
			ID: r.id("operating_system_image_id"), Name: r.text("operating_system_image_name"), State: providers.ImageReady,
		}
		image.Name = cmp.Or(image.Name, image.ID)
		if strings.Contains(strings.ToLower(image.Name), "64 bit") { // that the others are of 32 is not said
			image.Architecture = providers.X64
		}
		images = append(images, image)
	}
	return images, rows.err()
}
