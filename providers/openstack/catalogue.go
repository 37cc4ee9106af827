package openstack

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"occigate/providers"
)

// Catalogue lists the images and flavors whose names fit the settings, the
// project's own images, and the zones: three listings.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	images, err := p.images(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	sizes, err := p.sizes(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	zones, err := p.zones(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	return providers.Catalogue{Images: images, Sizes: sizes, Zones: zones}, nil
}

// imageRow is an image (Image service API v2, "List images"). Our token is a
// further property.
type imageRow struct {
	ID           string
	Name         string
	Status       string
	Owner        string
	Architecture string
	Description  string
	DiskFormat   string  `json:"disk_format"`
	MinRAM       int     `json:"min_ram"`
	MinDisk      float64 `json:"min_disk"`
	Created      stamp   `json:"created_at"`
	Token        string  `json:"occigate:token"`
}

// imageStates gives the meaning of Glance's image status. Images that are gone
// or switched off are left out.
var imageStates = map[string]providers.ImageState{
	"active":         providers.ImageReady,
	"queued":         providers.ImagePending,
	"saving":         providers.ImagePending,
	"importing":      providers.ImagePending,
	"uploading":      providers.ImagePending,
	"killed":         providers.ImageFailed,
	"deleted":        "",
	"pending_delete": "",
	"deactivated":    "",
}

// architectures gives OCCI's word for Glance's, which are those of "uname -m".
var architectures = map[string]providers.Architecture{
	"x86_64": providers.X64, "amd64": providers.X64,
	"i686": providers.X86, "i586": providers.X86, "i386": providers.X86, "x86": providers.X86,
}

// kernelFormats are images that no server boots from by themselves.
var kernelFormats = []string{"aki", "ari"}

func (p *Provider) images(ctx context.Context) ([]providers.Image, error) {
	rows, err := list[imageRow](ctx, p, request{to: image, op: "GET /images", query: limited()}, "images")
	if err != nil {
		return nil, err
	}
	project := p.session.grant.Load().project
	var images []providers.Image
	for _, row := range rows {
		i := row.image(project)
		offered := i.Own || p.settings.Images.Fit(row.Name)
		if i.State != "" && offered && !slices.Contains(kernelFormats, row.DiskFormat) {
			images = append(images, i)
		}
	}
	return images, nil
}

func (r imageRow) image(project string) providers.Image {
	return providers.Image{
		ID: r.ID, Name: cmp.Or(r.Name, r.ID), Description: r.Description, Architecture: architectures[r.Architecture],
		MinMemoryMiB: r.MinRAM, MinDiskGiB: r.MinDisk, Created: r.Created.Time, Token: r.Token,
		State: imageStates[r.Status], Own: r.Owner == project,
	}
}

// flavorRow is a flavor (Compute API, "List Flavors With Details").
type flavorRow struct {
	ID       string
	Name     string
	VCPUs    int
	RAM      int
	Disk     float64
	Disabled bool `json:"OS-FLV-DISABLED:disabled"`
}

func (p *Provider) sizes(ctx context.Context) ([]providers.Size, error) {
	rows, err := list[flavorRow](ctx, p, request{to: compute, op: "GET /flavors/detail", query: limited()}, "flavors")
	if err != nil {
		return nil, err
	}
	var sizes []providers.Size
	for _, f := range rows {
		if !f.Disabled && p.settings.Flavors.Fit(f.Name) {
			sizes = append(sizes, providers.Size{ID: f.Name, Name: f.Name, Cores: f.VCPUs, MemoryMiB: f.RAM, DiskGiB: f.Disk})
		}
	}
	return sizes, nil
}

func (p *Provider) zones(ctx context.Context) ([]providers.Zone, error) {
	rows, err := list[struct {
		Name  string                   `json:"zoneName"`
		State struct{ Available bool } `json:"zoneState"`
	}](ctx, p, request{to: compute, op: "GET /os-availability-zone"}, "availabilityZoneInfo")
	if err != nil {
		return nil, err
	}
	var zones []providers.Zone
	for _, z := range rows {
		zones = append(zones, providers.Zone{ID: z.Name, Name: z.Name, Available: z.State.Available})
	}
	return zones, nil
}

// flavor finds a flavor by its name, which is a size's id, or by the cloud's id.
func (p *Provider) flavor(ctx context.Context, nameOrID string) (flavorRow, error) {
	const op = "GET /flavors"
	if nameOrID == "" {
		return flavorRow{}, providers.Errorf(providers.ErrInvalid, op, "no size is asked for and the account has no default flavor")
	}
	rows, err := list[flavorRow](ctx, p, request{to: compute, op: op, query: limited()}, "flavors")
	if err != nil {
		return flavorRow{}, err
	}
	byName := func(f flavorRow) bool { return f.Name == nameOrID }
	byID := func(f flavorRow) bool { return f.ID == nameOrID }
	for _, is := range []func(flavorRow) bool{byName, byID} {
		if i := slices.IndexFunc(rows, is); i >= 0 {
			return rows[i], nil
		}
	}
	return flavorRow{}, providers.Errorf(providers.ErrInvalid, op, "there is no flavor %s", nameOrID)
}

// imageID is the image asked for, else the configured one, whose name is
// looked up.
func (p *Provider) imageID(ctx context.Context, id string) (string, error) {
	const op = "GET /images"
	configured := p.settings.Image
	switch {
	case id != "":
		return id, nil
	case configured == "":
		return "", providers.Errorf(providers.ErrInvalid, op, "no image is asked for and the account has no default image")
	case uuid.Validate(configured) == nil:
		return configured, nil
	}
	rows, err := list[imageRow](ctx, p, request{to: image, op: op, query: url.Values{"name": {configured}}}, "images")
	if err != nil {
		return "", err
	}
	if len(rows) != 1 {
		return "", providers.Errorf(providers.ErrInvalid, op, "%d images are named %s, the account's default", len(rows), configured)
	}
	return rows[0].ID, nil
}
