package gogrid

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

const addOp = "grid/server/add"

// attempts bounds how many addresses a create tries when others take them
// first.
const attempts = 4

// CreateServer adds a server on a free public address of the datacenter. The
// answer has no id; its ticket tells it later. The cloud takes no keys, no user
// data and no volumes, which is [providers.ErrUnsupported]; without a free
// address it is [providers.ErrQuota].
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	spec.ImageID, spec.SizeID = cmp.Or(spec.ImageID, p.settings.Image), cmp.Or(spec.SizeID, p.settings.Size)
	if err := p.possible(spec); err != nil {
		return providers.Server{}, "", err
	}
	if s, ticket, err := p.made(ctx, spec.Token); err != nil || s.Token != "" {
		return s, ticket, providers.Unmade(err)
	}
	name := nameOf(cmp.Or(spec.Name, spec.Hostname), spec.Token)
	args := url.Values{
		"name": {name}, "image": {spec.ImageID}, "server.ram": {spec.SizeID},
		"description": {describe(cmp.Or(spec.Name, spec.Hostname, name), spec.Token)},
	}
	row, err := p.add(ctx, args, wanted(spec))
	if err != nil {
		return p.afterAll(ctx, spec.Token, err)
	}
	return row.server(), p.createTicket(row), nil
}

// possible refuses what the cloud has no argument for.
func (p *Provider) possible(spec providers.ServerSpec) error {
	refuse := func(kind error, text string) error { return providers.Errorf(kind, addOp, "%s", text) }
	switch {
	case suffix(spec.Token) == "":
		return refuse(providers.ErrInvalid, "the token is no UUID")
	case spec.ImageID == "":
		return refuse(providers.ErrInvalid, "no image is given, and default_image is not set")
	case spec.SizeID == "":
		return refuse(providers.ErrInvalid, "no size is given, and default_size is not set")
	case spec.Zone != "" && spec.Zone != p.settings.Datacenter && !named(p.settings.Datacenter).Has("id"):
		return refuse(providers.ErrInvalid, "the account is in the datacenter "+p.settings.Datacenter)
	case len(spec.Volumes) > 0:
		return refuse(providers.ErrUnsupported, "GoGrid has no volumes")
	case spec.KeyName != "" || spec.PublicKey != "":
		return refuse(providers.ErrUnsupported, "GoGrid sets passwords and takes no keys")
	case len(spec.UserData) > 0:
		return refuse(providers.ErrUnsupported, "GoGrid takes no user data")
	case len(spec.Networks) > 1 || len(spec.Networks) == 1 && cmp.Or(spec.Networks[0].NetworkID, public) != public:
		return refuse(providers.ErrInvalid, "a server is made on the network public, and on no other")
	}
	return nil
}

// wanted is the address asked for, "" for any.
func wanted(spec providers.ServerSpec) string {
	if len(spec.Networks) == 0 {
		return ""
	}
	return spec.Networks[0].IP
}

// made finds the server that an earlier call made with the token.
func (p *Provider) made(ctx context.Context, token string) (providers.Server, providers.Ticket, error) {
	rows, err := p.serverRows(ctx)
	if err != nil {
		return providers.Server{}, "", err
	}
	for _, r := range rows {
		_, other := unmark(r.Description)
		if !carries(r.Name, token) || other != "" && other != token {
			continue
		}
		s := r.server()
		s.Token = token
		if s.ID != "" {
			return s, "", nil
		}
		return s, p.createTicket(r), nil
	}
	return providers.Server{}, "", nil
}

// add tries one free address after the other. It goes on only when the address
// of a refused add was free before and is taken now, which is the race that a
// fixed pool brings; the name keeps two adds from both succeeding.
func (p *Provider) add(ctx context.Context, args url.Values, ip string) (row serverRow, err error) {
	tried := []string{}
	for range attempts {
		free, listErr := p.free(ctx, ip)
		if listErr != nil && len(tried) == 0 {
			return row, providers.Unmade(listErr)
		}
		if listErr != nil {
			return row, listErr
		}
		if len(tried) > 0 && slices.Contains(free, tried[len(tried)-1]) {
			return row, err // the address is not why
		}
		free = slices.DeleteFunc(free, func(a string) bool { return slices.Contains(tried, a) })
		if len(free) == 0 {
			return row, p.noAddress(ip)
		}
		args.Set("ip", free[0])
		row, err = one[serverRow](ctx, p, addOp, args)
		if err == nil || !mayBeRace(err) {
			return row, unknownPart(err)
		}
		tried = append(tried, free[0])
		err = unknownPart(err)
	}
	return row, err
}

// free lists the unassigned public addresses of the datacenter, or just the one
// asked for.
func (p *Provider) free(ctx context.Context, ip string) ([]string, error) {
	args := p.inDatacenter()
	args.Set("ip.type", "Public")
	args.Set("ip.state", "Unassigned")
	rows, err := list[ipRow](ctx, p, "grid/ip/list", args)
	var free []string
	for _, r := range rows {
		if ip == "" || r.IP == ip {
			free = append(free, r.IP)
		}
	}
	return free, err
}

// noAddress is why there is nothing to try.
func (p *Provider) noAddress(ip string) error {
	if ip != "" {
		return providers.Errorf(providers.ErrConflict, addOp, "%s is not an unassigned public address of the account in %s", ip, p.settings.Datacenter)
	}
	return providers.Errorf(providers.ErrQuota, addOp, "no unassigned public address in %s", p.settings.Datacenter)
}

// mayBeRace reports whether a refusal may come from an address that another
// call took: the cloud says 400 or 500 then, as it does for many things.
func mayBeRace(err error) bool {
	return wire.IsCode(err, "IllegalArgumentException", "UnexpectedException")
}

// unknownPart makes an add whose image or size does not exist
// [providers.ErrInvalid]: the server is not what was not found.
func unknownPart(err error) error {
	var e *providers.Error
	if errors.As(err, &e) && e.Kind == providers.ErrNotFound {
		e.Kind = providers.ErrInvalid
	}
	return err
}

// afterAll looks once more for the token when an add was refused, since one
// that the cloud answered with 500 may have been carried out.
func (p *Provider) afterAll(ctx context.Context, token string, refused error) (providers.Server, providers.Ticket, error) {
	if !mayBeRace(refused) {
		return providers.Server{}, "", refused
	}
	s, ticket, err := p.made(ctx, token)
	if err != nil || s.Token == "" {
		return providers.Server{}, "", refused
	}
	return s, ticket, nil
}
