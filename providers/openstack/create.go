package openstack

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"

	"occigate/providers"
	"occigate/providers/internal/undo"
)

// tagPrefix and our token make a server's tag, which Nova can look for, unlike
// metadata. Tags have up to 60 characters without "," and "/".
const tagPrefix = tokenKey + ":"

// CreateServer makes a server. Nova knows no key that would make the call
// repeatable, so the token goes into a tag and into the metadata within the
// create itself, and one call looks for the tag beforehand: the same token a
// second time gives the server that is there, also after an answer was lost.
// Two calls at the same moment are not told apart.
//
// The port of each network is made by Nova, which takes it away with a server
// that fails. Volumes are attached by the ticket, once the server is active;
// they are looked up first, so that an unknown one is refused before anything
// is made. A server that no host has room for is created and errs, see
// [Provider.Scheduling].
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	found, err := p.withToken(ctx, spec.Token)
	if err != nil {
		return providers.Server{}, "", providers.Unmade(err)
	}
	if found != nil {
		s, err := found.server(nil)
		return s, attachTicket(s.ID, spec.Volumes), err
	}
	wish, err := p.wish(ctx, spec)
	if err != nil {
		return providers.Server{}, "", providers.Unmade(err)
	}
	if err := p.volumesExist(ctx, spec.Volumes); err != nil {
		return providers.Server{}, "", providers.Unmade(err)
	}
	made, err := p.keyPair(ctx, &wish, spec)
	if err != nil {
		return providers.Server{}, "", err
	}
	s, err := p.create(ctx, wish)
	if err != nil {
		return providers.Server{}, "", p.takeBack(ctx, made, err)
	}
	return s, attachTicket(s.ID, spec.Volumes), nil
}

// serverWish is the body of a create (Compute API, "Create Server").
type serverWish struct {
	Name           string            `json:"name"`
	ImageID        string            `json:"imageRef"`
	FlavorID       string            `json:"flavorRef"`
	Networks       any               `json:"networks"` // []networkWish or "none"
	KeyName        string            `json:"key_name,omitempty"`
	UserData       string            `json:"user_data,omitempty"` // base64
	SecurityGroups []named           `json:"security_groups,omitempty"`
	Zone           string            `json:"availability_zone,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	Tags           []string          `json:"tags,omitempty"`

	flavorName string
}

type networkWish struct {
	ID string `json:"uuid"`
	IP string `json:"fixed_ip,omitempty"`
}

type named struct {
	Name string `json:"name"`
}

// wish turns a spec into Nova's body and looks up what is given by name.
func (p *Provider) wish(ctx context.Context, spec providers.ServerSpec) (serverWish, error) {
	set := p.settings
	w := serverWish{
		Name: cmp.Or(spec.Name, spec.Hostname, "server-"+spec.Token), KeyName: cmp.Or(spec.KeyName, set.KeyName),
		Zone: cmp.Or(spec.Zone, set.Zone), UserData: base64.StdEncoding.EncodeToString(spec.UserData),
		Metadata: map[string]string{},
	}
	maps.Copy(w.Metadata, spec.Tags)
	if spec.Token != "" {
		w.Metadata[tokenKey] = spec.Token
		w.Tags = []string{tagPrefix + spec.Token}
	}
	for _, group := range set.SecurityGroups {
		w.SecurityGroups = append(w.SecurityGroups, named{group})
	}
	var err error
	if w.ImageID, err = p.imageID(ctx, spec.ImageID); err != nil {
		return w, err
	}
	flavor, err := p.flavor(ctx, cmp.Or(spec.SizeID, set.Flavor))
	if err != nil {
		return w, err
	}
	w.FlavorID, w.flavorName = flavor.ID, flavor.Name
	w.Networks, err = p.networksOf(ctx, spec.Networks)
	return w, err
}

func (p *Provider) create(ctx context.Context, w serverWish) (providers.Server, error) {
	var answer struct{ Server struct{ ID string } }
	err := p.do(ctx, request{to: compute, op: "POST /servers", body: map[string]any{"server": w}, into: &answer})
	if err != nil {
		return providers.Server{}, err
	}
	if answer.Server.ID == "" {
		return providers.Server{}, providers.Errorf(providers.ErrUnavailable, "POST /servers", "the answer holds no id")
	}
	return providers.Server{
		ID: answer.Server.ID, Name: w.Name, Zone: w.Zone, ImageID: w.ImageID, SizeID: w.flavorName,
		State: providers.StatePending, NativeState: "BUILD", KeyName: w.KeyName, Token: w.Metadata[tokenKey],
	}, nil
}

// withToken finds the server that carries our token; nil when there is none.
func (p *Provider) withToken(ctx context.Context, token string) (*serverRow, error) {
	if token == "" {
		return nil, nil
	}
	rows, err := list[serverRow](ctx, p, request{
		to: compute, op: "GET /servers/detail", query: url.Values{"tags": {tagPrefix + token}},
	}, "servers")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if !row.gone() && row.Metadata[tokenKey] == token {
			return &row, nil
		}
	}
	return nil, nil
}

// networksOf are the networks of a new server: those asked for, else the
// configured one, else the only one that the project can plug into. Several
// and no choice among them is [providers.ErrConflict] with their names; a
// project without a network gets a server without one.
func (p *Provider) networksOf(ctx context.Context, specs []providers.InterfaceSpec) (any, error) {
	wishes := make([]networkWish, 0, len(specs))
	for _, s := range specs {
		if s.MAC != "" {
			return nil, noMAC("POST /servers")
		}
		wishes = append(wishes, networkWish{s.NetworkID, s.IP})
	}
	if len(wishes) > 0 {
		return wishes, nil
	}
	id, err := p.defaultNetwork(ctx)
	if err != nil || id == "" {
		return "none", err
	}
	return []networkWish{{ID: id}}, nil
}

// takeBack deletes a key pair that a create has imported before it was refused.
// After an unknown outcome it stays, since the server may use it.
func (p *Provider) takeBack(ctx context.Context, keyPair string, cause error) error {
	if keyPair == "" || errors.Is(cause, providers.ErrUnavailable) {
		return cause
	}
	return undo.After(ctx, cause, "key pair "+keyPair, func(ctx context.Context) error {
		return p.do(ctx, request{to: compute, op: "DELETE /os-keypairs/{name}", ids: []string{keyPair}})
	})
}
