package gogrid

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"occigate/providers"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/naming"
	"occigate/providers/internal/tickets"
)

// lacks is what grid/server/add has no argument for.
var lacks = limits.Create{
	Networks: "a server is made on the network public, and on no other",
	MAC:      "GoGrid chooses MAC addresses itself",
	Volumes:  "GoGrid has no volumes",
	Keys:     "GoGrid sets passwords and takes no keys",
	UserData: "GoGrid takes no user data",
}

// CreateServer adds a server on a free public address of the datacenter. The
// answer has no id; its ticket tells it later. What the cloud has no argument
// for is [providers.ErrUnsupported]; without a free address it is
// [providers.ErrQuota].
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	spec.ImageID, spec.SizeID = cmp.Or(spec.ImageID, p.settings.Image), cmp.Or(spec.SizeID, p.settings.Size)
	if len(spec.Networks) == 0 {
		spec.Networks = []providers.InterfaceSpec{{NetworkID: public}}
	}
	if err := p.possible(spec); err != nil {
		return providers.Server{}, "", err
	}
	if s, ticket, err := p.made(ctx, spec.Token); err != nil || s.Token != "" {
		return s, ticket, providers.Unmade(err)
	}
	title := cmp.Or(spec.Name, spec.Hostname)
	name := form.Name(title, code(spec.Token))
	description := naming.Bracket(cmp.Or(title, name), spec.Token, maxDescription)
	row, err := p.add(ctx, newServer{name, description, spec.ImageID, spec.SizeID, spec.Networks[0].IP})
	if err == nil {
		return row.server(), p.createTicket(row), nil
	}
	if mayBeRace(err) || !providers.Unclear(err) { // an add that the cloud answered with 500 may have been carried out
		if s, ticket, lookErr := p.made(ctx, spec.Token); lookErr == nil && s.Token != "" {
			return s, ticket, nil
		}
	}
	return providers.Server{}, "", err
}

// possible refuses what cannot be asked for.
func (p *Provider) possible(spec providers.ServerSpec) error {
	if err := cmp.Or(limits.Needed(addOp, spec), lacks.Check(addOp, spec)); err != nil {
		return err
	}
	switch at := p.settings.Datacenter; {
	case code(spec.Token) == "":
		return providers.Errorf(providers.ErrInvalid, addOp, "the token is no UUID")
	case spec.Zone != "" && spec.Zone != at && !isID(at):
		return providers.Errorf(providers.ErrInvalid, addOp, "the account is in the datacenter %s", at)
	case cmp.Or(spec.Networks[0].NetworkID, public) != public:
		return providers.Errorf(providers.ErrInvalid, addOp, "%s", lacks.Networks)
	}
	return nil
}

// made finds the server that an earlier call made with the token; without one
// all are empty.
func (p *Provider) made(ctx context.Context, token string) (providers.Server, providers.Ticket, error) {
	rows, err := p.cloud.servers(ctx)
	r, err := listing.Find(rows, err, func(r serverRow) bool {
		_, told := naming.Unbracket(r.Description)
		return form.Ends(r.Name, code(token)) && cmp.Or(told, token) == token
	}, nil)
	if err != nil || r.Name == "" {
		return providers.Server{}, "", err
	}
	s := r.server()
	s.Token = token
	if s.ID == "" {
		return s, p.createTicket(r), nil
	}
	return s, "", nil
}

// attempts bounds how many addresses a create tries when others take them
// first.
const attempts = 4

// add tries one free address after the other, or just the one asked for. It goes on only when the address
// of a refused add was free before and is taken now, which is the race that a
// fixed pool brings; the name keeps two adds from both succeeding.
func (p *Provider) add(ctx context.Context, s newServer) (row serverRow, refused error) {
	asked := s.ip
	free, err := p.free(ctx, asked)
	if err != nil {
		return row, providers.Unmade(err)
	}
	for range attempts {
		s.ip = free[0].IP
		if row, refused = p.cloud.addServer(ctx, s); !mayBeRace(refused) {
			return row, refused
		}
		if free, err = p.free(ctx, asked); err != nil {
			return row, err
		}
		if slices.ContainsFunc(free, func(r ipRow) bool { return r.IP == s.ip }) {
			break // the address is not why
		}
	}
	return row, refused
}

// free lists the unassigned public addresses of the datacenter, or just the one
// asked for. It is an error that there is none.
func (p *Provider) free(ctx context.Context, ip string) ([]ipRow, error) {
	free, err := p.cloud.freeIPs(ctx)
	none := providers.Errorf(providers.ErrQuota, addOp, "no unassigned public address in %s", p.settings.Datacenter)
	if ip != "" {
		free = slices.DeleteFunc(free, func(r ipRow) bool { return r.IP != ip })
		none = providers.Errorf(providers.ErrConflict, addOp, "%s is not an unassigned public address of the account in %s", ip, p.settings.Datacenter)
	}
	if err == nil && len(free) == 0 {
		err = none
	}
	return free, err
}

// Where our token is kept: a name has at most 20 characters and is unique in an
// account (inferred), so it ends in 8 characters of base32, the first 40 bits
// of the token; a second add with the same token is refused for its name. The
// whole token stands in the description, behind the title, and counts only when
// the name ends in its first bits: a description alone may have been copied.
const maxDescription = 500 // characters; counted in bytes here

// form is that of names; which characters the cloud takes is not documented.
var form = naming.Form{Odd: regexp.MustCompile(`[^A-Za-z0-9.]+`), Trim: "-.", Most: 20, Empty: "server", Joint: "-"}

// code is what the name of a server ends in, empty when the token is no UUID.
func code(token string) string { return naming.Code(token, 40) }

// ticket is a change that needs further steps.
type ticket struct {
	Do      string `json:"do"`
	Name    string `json:"name,omitempty"`    // of a server that has no id yet
	Image   string `json:"image,omitempty"`   // id of an image that is being saved
	Started int64  `json:"started,omitempty"` // Unix time of a create
}

var steps = tickets.Steps[*Provider, ticket]{
	"create": (*Provider).pollCreate, // wait for the id, and see to it that the server runs
	"save":   (*Provider).pollImage,  // wait for the image
}

func (p *Provider) createTicket(r serverRow) providers.Ticket {
	return tickets.Text(ticket{Do: "create", Name: r.Name, Started: p.clock.Now().Unix()})
}

// Poll takes one step: it looks for a new server by its name until it has an id
// and runs, or for an image until it is saved.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	return steps.Take(ctx, p, t)
}

// pollCreate reads a new server by its name, which is refused until it has an
// id. GoGrid leaves some new servers Off; such a one is started.
func (p *Provider) pollCreate(ctx context.Context, t ticket) (providers.Progress, error) {
	r, err := p.cloud.server(ctx, t.Name)
	if errors.Is(err, providers.ErrNotFound) || err == nil && r.ID == "" {
		return p.building(ctx, t)
	}
	if err == nil && r.State.Name == "Off" {
		_, err = p.Power(ctx, r.ID.String(), providers.PowerStart)
	}
	return providers.Progress{ID: r.ID.String(), Message: r.State.Name}, err
}

// patience is how long a create without any sign of life is waited for. Clients
// of the time gave up after 15 minutes.
const patience = time.Hour

// building looks at the job that creates a server.
func (p *Provider) building(ctx context.Context, t ticket) (providers.Progress, error) {
	started := time.Unix(t.Started, 0)
	job, err := p.cloud.creation(ctx, t.Name, started)
	late := p.clock.Now().Sub(started) > patience
	switch {
	case err != nil:
		return providers.Progress{}, err
	case late && job.ID == "":
		return providers.Progress{}, providers.Errorf(providers.ErrNotFound, jobsOp, "neither a server nor a job is named %s", t.Name)
	case late && job.State.Name == "Succeeded":
		return providers.Progress{}, providers.Errorf(providers.ErrNotFound, jobsOp, "the server %s was created and is gone", t.Name)
	}
	return providers.Progress{Ticket: tickets.Text(t), Message: job.State.Name}, nil
}

// pollImage reads an image that is being saved.
func (p *Provider) pollImage(ctx context.Context, t ticket) (providers.Progress, error) {
	r, err := p.cloud.image(ctx, t.Image)
	progress := providers.Progress{ID: t.Image, Message: r.State.Name}
	if err == nil && r.State.Name == "Saving" {
		progress.Ticket = tickets.Text(t)
	}
	return progress, err
}
