package elastichosts

import (
	"cmp"
	"context"
	"math"

	"occigate/providers"
)

// Catalogue lists the standard drives that are disks, which take one call, and
// the configured sizes. There are no zones: an endpoint is one.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	rows, err := p.read(ctx, "drive", "GET /drives/info/standard")
	if err != nil {
		return providers.Catalogue{}, err
	}
	var c providers.Catalogue
	for _, r := range rows {
		if !bootable(r) {
			continue
		}
		c.Images = append(c.Images, providers.Image{
			ID: lower(r["drive"]), Name: cmp.Or(r["name"], r["drive"]), Description: r["description"],
			MinDiskGiB: unpacked(r) / gib, State: providers.ImageReady,
		})
	}
	for _, s := range p.settings.Sizes {
		c.Sizes = append(c.Sizes, providers.Size{ID: s.Name, Name: s.Name, Cores: s.Cores, SpeedMHz: s.CPU, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB})
	}
	return c, nil
}

const gib = 1 << 30

// bootable tells a disk that can be copied from an installation CD.
func bootable(drive props) bool { return drive["media"] != "cdrom" }

// unpacked is the size in bytes that a copy of a standard drive needs.
func unpacked(drive props) float64 { return cmp.Or(drive.number("rawsize"), drive.number("size")) }

// image reads the standard drive that a server is to be made from.
func (p *Provider) image(ctx context.Context, id string) (props, error) {
	if id == "" {
		return nil, providers.Errorf(providers.ErrInvalid, "CreateServer", "no image is asked for and default_image is not set")
	}
	row, err := p.readOne(ctx, "drive", "GET /drives/{id}/info", id)
	if err == nil && !bootable(row) {
		err = providers.Errorf(providers.ErrInvalid, "CreateServer", "drive %s is a CD", id)
	}
	return row, err
}

func (p *Provider) size(name string) (Size, error) {
	for _, s := range p.settings.Sizes {
		if s.Name == name {
			return s, nil
		}
	}
	if name == "" {
		return Size{}, providers.Errorf(providers.ErrInvalid, "CreateServer", "no size is asked for and default_size is not set")
	}
	return Size{}, providers.Errorf(providers.ErrInvalid, "CreateServer", "no size %q is configured", name)
}

// sizeOf finds the size that a server has: the one noted when it was made, or
// else the only one of its CPU and memory.
func (p *Provider) sizeOf(server props) (name string) {
	for _, s := range p.settings.Sizes {
		if float64(s.CPU) != server.number("cpu") || float64(s.MemoryMiB) != server.number("mem") {
			continue
		}
		if s.Name == server[sizeKey] {
			return s.Name
		}
		if name != "" {
			return ""
		}
		name = s.Name
	}
	return name
}

// coresOf derives the number of cores where the cloud chooses it ("smp auto"),
// at 2200 MHz each. Inferred.
func coresOf(cpu int) int { return max(1, int(math.Ceil(float64(cpu)/2200))) }
