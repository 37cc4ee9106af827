package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/placement"
	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
)

// placed prepares a compute whose place the gateway chooses when it is made.
func (n creation) placed() (making, error) {
	place, err := n.wishes.PlaceWish(n.entity)
	if err != nil {
		return making{}, err
	}
	s, err := n.placer.check(&place, n.wishes.Templates)
	return making{uid: place.Account, do: func(ctx context.Context) (*inventory.Item, error) {
		it, err := n.place(ctx, s)
		if err == nil {
			n.describeLinks(ctx, it)
		}
		return it, err
	}}, err
}

// attempt is a place that was tried and refused the compute.
type attempt struct {
	placement.Step
	Reason broker.Reason
	Err    error
}

// place makes a compute at the first place of the plan that takes it. Each try is
// a create of its own, with an intent in its account, and the next one begins only
// when the cloud has said for certain that it made nothing, or has nothing any more
// of what it made: whenever this ends, at most one create is open.
func (n creation) place(ctx context.Context, s *placing) (*inventory.Item, error) {
	free, err := n.claim(ctx)
	if err != nil {
		return nil, err
	}
	defer free()
	c, err := n.placer.begin(s)
	if err != nil {
		return nil, err
	}
	var refused []attempt
	for i := range c.Steps {
		if i > 0 {
			c.end = n.placer.trying(c.group, c.Steps[i].Account)
		}
		it, err := n.try(ctx, s, c, refused)
		if err == nil {
			return it, nil
		}
		reason := refusal(err)
		if reason == "" || ctx.Err() != nil {
			return nil, tried(err, refused)
		}
		n.placer.remember(&c.Steps[i], s.place.Spec.Zone, reason, err)
		refused = append(refused, attempt{c.Steps[i], reason, err})
	}
	if refused == nil {
		return nil, c.nowhere()
	}
	return nil, refusedEverywhere(refused)
}

// try makes the compute at the place that comes after those that have refused it.
func (n creation) try(ctx context.Context, s *placing, c *chosen, refused []attempt) (*inventory.Item, error) {
	defer c.end()
	step := &c.Steps[len(refused)]
	spec := s.place.Spec
	spec.SizeID = step.Size.ID
	if step.Image != "" {
		spec.ImageID = step.Image
	}
	if spec.Zone == "" {
		spec.Zone = step.Zone
	}
	own := n.own()
	own.Terms = n.pricing.agreed(step.Account, spec.SizeID, spec.ImageID)
	if own.Terms == nil {
		own.Terms = map[string]string{}
	}
	var err error
	if own.Terms[termPlacement], err = packRecord(n.placer.record(c, refused)); err != nil {
		return nil, err
	}
	begun := n.placer.now()
	it, err := n.inv.CreateServer(ctx, step.Account, spec, own)
	if err != nil {
		return nil, err
	}
	n.placer.begun(it, placement.Wait{Account: step.Account, Size: step.Size.ID, Zone: s.place.Spec.Zone, At: begun})
	return it, n.housed(ctx, it, step, s.place.Spec.Zone)
}

// housed waits until a cloud that accepts first and looks for room then has found it
// for a compute, as long as anybody waits. An error says that it has none; nil is
// also for a compute that then stays, broken as any other that breaks.
func (n creation) housed(ctx context.Context, it *inventory.Item, step *placement.Step, zone string) error {
	found, err := n.room(ctx, it)
	if found {
		n.placer.memory.Forget(step.Account, step.Size.ID, zone)
	}
	if err == nil {
		return nil
	}
	n.placer.lost(it.ID)
	var left *inventory.Remains
	if !errors.As(err, &left) {
		return err
	}
	n.placer.remember(step, zone, broker.ReasonQuota, err)
	if left.Shown {
		return nil
	}
	return err
}

// claim makes sure that an id which a client chose is not that of a compute which
// is being placed, or made in any account, at any gateway: the plan may choose
// another account this time. Others are refused until free is called.
func (n creation) claim(ctx context.Context) (free func(), err error) {
	if n.id == "" {
		return func() {}, nil
	}
	return n.inv.Claim(ctx, n.id)
}

// tried adds to a final error what was refused before.
func tried(err error, refused []attempt) error {
	if len(refused) == 0 {
		return err
	}
	return fmt.Errorf("%w; before, %s", err, lines(refused))
}

func lines(refused []attempt) string {
	parts := make([]string, len(refused))
	for i, r := range refused {
		parts[i] = fmt.Sprintf("%s of %s was refused (%s): %v", r.Size.ID, r.Account, r.Reason, r.Err)
	}
	return strings.Join(parts, "; ")
}

// refusedEverywhere is the problem of a compute that no place took. It can be asked
// for again when at least one of them may take it later.
func refusedEverywhere(refused []attempt) error {
	p := &problem{status: http.StatusForbidden, message: "no place takes the compute: " + lines(refused), cause: refused[len(refused)-1].Err}
	for _, r := range refused {
		if r.Reason == broker.ReasonBreaker {
			p.status, p.retry = http.StatusServiceUnavailable, retryLater
		}
	}
	return p
}

// placing is what a request asks of a place, checked.
type placing struct {
	place     *translate.Place
	wish      broker.Wish
	order     placement.Order
	templates *translate.Templates
}

// check checks what a request says of the place as far as that goes now.
func (p *placer) check(place *translate.Place, templates *translate.Templates) (*placing, error) {
	if p.desk == nil {
		return nil, providers.Errorf(providers.ErrUnsupported, translate.Placement, "this gateway knows no prices and chooses no place")
	}
	w, err := p.wish(place)
	if err != nil {
		return nil, err
	}
	s := &placing{place: place, wish: w, templates: templates, order: placement.Order{
		Policy: placement.Policy(place.Policy), Accounts: w.Accounts, Size: place.Size, DiskMiB: int64(math.Ceil(place.Need.DiskGiB * 1024)),
		Image: place.Words, Given: place.Image, OS: w.OS, Kind: w.Architecture, Capped: w.MostAnHour.Known(),
	}}
	if place.Quote != "" {
		s.order.Policy = placement.Quoted
		err = p.covering(s)
	}
	return s, err
}

// redeem makes the plan for a quote's offers. The best of them, or the one that is
// asked for, must not cost more than was promised.
func (p *placer) redeem(s *placing) (*chosen, error) {
	if err := p.covering(s); err != nil {
		return nil, err
	}
	promise, standings, err := p.desk.Redeem(s.place.Quote, s.wish.ImageID)
	if err != nil {
		return nil, quoteProblem(err)
	}
	if s.place.Offer > len(standings) {
		return nil, providers.Errorf(providers.ErrInvalid, translate.AttrPlacementOffer, "the quote has %d offers, not %d", len(standings), s.place.Offer)
	}
	s.order.Image, s.order.OS = promise.Wish.Image, promise.Wish.OS
	s.order.Kind = cmp.Or(s.order.Kind, promise.Wish.Architecture)
	if s.place.Image != nil {
		s.order.Image = ""
	}
	v := p.view(s)
	for i := range standings {
		o := &standings[i]
		switch out := s.out(i, o.Account); {
		case out != "":
			v.Rejected = append(v.Rejected, rejectionOf(&o.Offer, broker.ReasonPolicy, out))
		case o.Reason == broker.ReasonPriceCap && len(v.Options) == 0:
			return nil, &problem{status: http.StatusConflict, message: fmt.Sprintf("the price has moved since the quote: offer %d, %s of %s, %s", i+1, o.Size, o.Account, o.Text)}
		case o.Reason != "":
			v.Rejected = append(v.Rejected, rejectionOf(&o.Offer, o.Reason, o.Text))
		default:
			v.Options = append(v.Options, placement.FromCandidate(o.Now))
		}
	}
	return p.plan(s, v, promise.Wish), nil
}

// out says why an offer of a quote is not asked for, "" when it is.
func (s *placing) out(index int, account string) string {
	switch {
	case s.place.Offer > 0 && s.place.Offer != index+1:
		return "another offer is asked for"
	case s.place.Account != "" && s.place.Account != account:
		return "the request names things of " + s.place.Account
	}
	return ""
}

// quoteProblem says what is wrong with the id of a quote.
func quoteProblem(err error) error {
	text := strings.TrimSuffix(err.Error(), ": "+providers.ErrNotFound.Error())
	p := &problem{status: http.StatusBadRequest, message: translate.AttrPlacementQuote + ": " + text}
	if errors.Is(err, desk.ErrExpired) {
		p.status = http.StatusConflict
	}
	return p
}
