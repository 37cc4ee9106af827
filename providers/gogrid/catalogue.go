package gogrid

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"occigate/providers"
)

// Catalogue lists the images of the datacenter, the memory sizes, and the
// datacenter as the only zone: three calls, more when there are many images.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	at, err := p.datacenter(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	sizes, err := p.sizes(ctx)
	if err != nil {
		return providers.Catalogue{}, err
	}
	rows, err := list[imageRow](ctx, p, "grid/image/list", p.inDatacenter())
	if err != nil {
		return providers.Catalogue{}, err
	}
	c := providers.Catalogue{Sizes: sizes, Zones: []providers.Zone{{ID: at.Name, Name: cmp.Or(at.Description, at.Name), Available: true}}}
	for _, r := range rows {
		if i := r.image(); i.State != "" && r.in(at) && (i.Own || p.settings.offers(r.Name, i.Name)) {
			c.Images = append(c.Images, i)
		}
	}
	return c, nil
}

// sizes are the options of server.ram. The lookup does not tell cores, which go
// with the memory (half a core at 512MB): a size says one, a server its own.
func (p *Provider) sizes(ctx context.Context) (sizes []providers.Size, err error) {
	options, err := list[option](ctx, p, "common/lookup/list", url.Values{"lookup": {"server.ram"}})
	for _, o := range options {
		if memory := mebibytes(o.Name); memory > 0 {
			sizes = append(sizes, providers.Size{ID: o.ID.String(), Name: o.Name, Cores: 1, MemoryMiB: memory})
		}
	}
	return sizes, err
}

// imageStates are the states of images that are shown; Deleted and Trash are
// not.
var imageStates = map[string]providers.ImageState{
	"Available": providers.ImageReady,
	"Saving":    providers.ImagePending,
	"Migrating": providers.ImagePending,
}

func (r imageRow) image() providers.Image {
	description, token := unmark(r.Description)
	return providers.Image{
		ID: r.ID.String(), Name: cmp.Or(r.FriendlyName, r.Name, r.ID.String()), Description: description, Token: token,
		Architecture: r.architecture(), MinMemoryMiB: mebibytes(r.MinRAM.Name), Created: moment(r.Created),
		State: imageStates[r.State.Name], Own: !r.Public,
	}
}

// architecture is told by its own option or, in older images, by the name of
// the operating system: CentOS 5.3 (32-bit).
func (r imageRow) architecture() providers.Architecture {
	told := r.Architecture.Name + r.OS.Name
	switch {
	case strings.Contains(told, "32-bit"):
		return providers.X86
	case strings.Contains(told, "64-bit"):
		return providers.X64
	}
	return ""
}

// in reports whether an image is in a datacenter; one that names none is in
// all.
func (r imageRow) in(at option) bool {
	for _, c := range r.Centers {
		if c.Datacenter.ID == at.ID {
			return true
		}
	}
	return len(r.Centers) == 0
}

// SaveServer makes an image of a server, running or not: the cloud knows a state
// for both. Whether it pauses a running one is not documented.
func (p *Provider) SaveServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Image, providers.Ticket, error) {
	args := url.Values{"server": {id}, "friendlyName": {spec.Name}, "description": {describe(spec.Name, spec.Token)}}
	r, err := one[imageRow](ctx, p, "grid/image/save", args)
	if err != nil {
		return providers.Image{}, "", err
	}
	return r.image(), p.ticket(ticket{Image: r.ID.String()}), nil
}

// DeleteImage moves an image to the trash, which is as far as the API goes.
func (p *Provider) DeleteImage(ctx context.Context, id string) error {
	_, _, err := p.call(ctx, "grid/image/delete", url.Values{"id": {id}})
	return err
}
