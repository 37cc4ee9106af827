package suncloud

import (
	"context"
	"fmt"
	"slices"

	"occigate/providers"
)

// cores is how many every VM is said to have: the API knows one processor of so
// many MHz, and no cores.
const cores = 1

// figures are what a VM is sized by: MHz, MB and GB.
type figures struct {
	CPU      int `json:"cpu"`
	Memory   int `json:"memory"`
	BootDisk int `json:"boot_disk"`
	DataDisk int `json:"data_disk"`
	TempDisk int `json:"temp_disk"`
}

func (s Size) figures() figures {
	return figures{s.CPU, s.MemoryMiB, s.BootDisk, s.DataDisk, s.TempDisk}
}

// Catalogue lists the VDC's templates as images and its clusters as zones.
// Sizes are the configured ones and the figures of all templates and VMs: three
// calls.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	t, rows, err := p.treeAndTemplates(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	c := providers.Catalogue{Sizes: p.sizes(t, rows)}
	for _, r := range rows {
		c.Images = append(c.Images, providers.Image{
			ID: r.URI, Name: r.Name, Description: r.Description,
			MinDiskGiB: float64(r.BootDisk), State: providers.ImageReady,
		})
	}
	for _, cl := range t.clusters {
		c.Zones = append(c.Zones, providers.Zone{ID: cl.URI, Name: cl.Name, Available: true})
	}
	return c, nil
}

// treeAndTemplates reads the VDC and its templates.
func (p *Provider) treeAndTemplates(ctx context.Context) (tree, []template, error) {
	t, err := p.tree(ctx)
	if err != nil {
		return tree{}, nil, err
	}
	var rows templates
	if err := p.get(ctx, t.vdc.Templates, "VMTemplates", &rows); err != nil {
		return tree{}, nil, err
	}
	return t, rows, nil
}

// sizes are all that a VM of this VDC can have, each once: the configured ones
// go first.
func (p *Provider) sizes(t tree, templates []template) (sizes []providers.Size) {
	all := []figures{}
	for _, s := range p.settings.Sizes {
		all = append(all, s.figures())
	}
	for _, r := range templates {
		all = append(all, r.figures)
	}
	for _, m := range t.vms {
		all = append(all, m.figures)
	}
	seen := map[string]bool{}
	for _, f := range all {
		id := p.sizeID(f)
		if f.CPU < 1 || f.Memory < 1 || seen[id] {
			continue
		}
		seen[id] = true
		sizes = append(sizes, providers.Size{ID: id, Name: id, Cores: cores, MemoryMiB: f.Memory, DiskGiB: float64(f.BootDisk)})
	}
	return sizes
}

// sizeID names figures: by the configuration, else by themselves.
func (p *Provider) sizeID(f figures) string {
	if f.CPU < 1 || f.Memory < 1 {
		return ""
	}
	i := slices.IndexFunc(p.settings.Sizes, func(s Size) bool { return s.figures() == f })
	if i >= 0 {
		return p.settings.Sizes[i].Name
	}
	return fmt.Sprintf(sizeForm, f.CPU, f.Memory, f.BootDisk, f.DataDisk, f.TempDisk)
}

// sizeForm is the id of a size that the configuration has no name for.
const sizeForm = "%dmhz-%dmb-%d-%d-%d"

// figuresOf reads the id of a size.
func (p *Provider) figuresOf(id string) (f figures, ok bool) {
	for _, s := range p.settings.Sizes {
		if s.Name == id {
			return s.figures(), true
		}
	}
	n, err := fmt.Sscanf(id, sizeForm, &f.CPU, &f.Memory, &f.BootDisk, &f.DataDisk, &f.TempDisk)
	return f, err == nil && n == 5 && p.sizeID(f) == id
}
