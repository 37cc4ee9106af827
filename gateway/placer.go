package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/placement"
	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
)

// placer chooses where computes are made that leave that to the gateway, and knows
// what this gateway has seen of the clouds meanwhile.
type placer struct {
	desk   *desk.Desk
	inv    *inventory.Inventory
	now    func() time.Time
	memory placement.Memory
	speeds placement.Speeds

	choosing sync.Mutex // held from the choice until what is chosen is counted

	mu    sync.Mutex
	seen  uint64         // event up to which speeds are measured
	tried map[member]int // computes of a group that an account is being asked for
}

// member is an account as a group's computes are counted in it.
type member struct{ group, account string }

func newPlacer(o Options) *placer {
	return &placer{desk: o.Desk, inv: o.Inventory, now: o.Now, seen: o.Inventory.Events().Last(), tried: map[member]int{}}
}

// chosen is a plan with what it was made of.
type chosen struct {
	placement.Plan
	wish   broker.Wish
	policy placement.Policy
	group  string
	quote  string // that is redeemed, "" for none
	counts []broker.Count
	end    func() // of counting the compute at the place that is being tried; nil without one
}

// choose makes the plan for a compute that is made now. No cloud is called.
func (p *placer) choose(s *placing) (*chosen, error) {
	if s.place.Quote != "" {
		return p.redeem(s)
	}
	q, err := p.desk.Quote(s.wish)
	if err != nil {
		return nil, err
	}
	rejected, err := p.desk.Rejections(s.wish)
	if err != nil {
		return nil, err
	}
	v := p.view(s)
	v.Options, v.Rejected = placement.FromQuote(q), rejected
	return p.plan(s, v, q.Wish), nil
}

// begin chooses, and counts the compute at the first place of the plan until the
// end, so that computes which are placed at one time do not all go there.
func (p *placer) begin(s *placing) (c *chosen, err error) {
	p.choosing.Lock()
	defer p.choosing.Unlock()
	if c, err = p.choose(s); err != nil || len(c.Steps) == 0 {
		return c, err
	}
	c.end = p.trying(c.group, c.Steps[0].Account)
	return c, nil
}

// plan lets package placement choose.
func (p *placer) plan(s *placing, v *placement.View, w broker.Wish) *chosen {
	plan := placement.Choose(&s.order, v)
	c := &chosen{Plan: plan, wish: w, policy: s.order.Policy, group: s.place.Group, quote: s.place.Quote}
	for i := range plan.Rejected {
		reason := plan.Rejected[i].Reason
		at := slices.IndexFunc(c.counts, func(n broker.Count) bool { return n.Reason == reason })
		if at < 0 {
			at = len(c.counts)
			c.counts = append(c.counts, broker.Count{Reason: reason})
		}
		c.counts[at].Count++
	}
	return c
}

// view is what is known at the moment beside prices.
func (p *placer) view(s *placing) *placement.View {
	v := &placement.View{
		Now: p.now(), Memory: &p.memory, Denied: map[string]bool{}, Median: p.medians(),
		Sizes: map[string][]providers.Size{}, Images: map[string][]providers.Image{}, Defaults: map[string]string{},
	}
	for _, a := range p.inv.Accounts() {
		v.Sizes[a.UID], v.Images[a.UID] = s.templates.Sizes(a.UID), s.templates.Images(a.UID)
		if a.Default != nil {
			v.Defaults[a.UID] = *a.Default
		}
		v.Denied[a.UID] = errors.Is(a.Kind, providers.ErrDenied)
	}
	if s.order.Policy == placement.Spread {
		v.Machines = p.machines(s.place.Group)
	}
	return v
}

// machines counts the computes of a group in each account, with those that are
// being made.
func (p *placer) machines(group string) map[string]int {
	counts := map[string]int{}
	placed := inventory.AnyOf(inventory.Word{Facet: inventory.FacetMixin, Value: translate.Placement})
	for it := range p.inv.Select(inventory.KindServer, placed).From(0) {
		if it.Extra[translate.AttrPlacementGroup] == group {
			counts[it.UID]++
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for m, n := range p.tried {
		if m.group == group {
			counts[m.account] += n
		}
	}
	return counts
}

// trying counts a compute that an account is being asked for, until the end.
func (p *placer) trying(group, account string) (end func()) {
	m := member{group, account}
	add := func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.tried[m] += n; p.tried[m] == 0 {
			delete(p.tried, m)
		}
	}
	add(1)
	return func() { add(-1) }
}

// How long a refusal is believed: that there is no room, and that an account cannot
// be used. What a cloud asks for itself counts, up to a limit.
const (
	noRoomFor   = 5 * time.Minute
	uselessFor  = time.Minute
	longestStay = 15 * time.Minute
)

// refusal is what becomes of a create that failed: the reason for which the next
// place is tried, "" when none may be. Only what certainly made nothing moves on:
// where the outcome is open, the intent decides.
func refusal(err error) broker.Reason {
	var open *inventory.Unsettled
	var left *inventory.Remains
	switch {
	case errors.As(err, &open), errors.As(err, &left), errors.Is(err, inventory.ErrStore), errors.Is(err, inventory.ErrNotReady):
		return ""
	case errors.Is(err, providers.ErrQuota):
		return broker.ReasonQuota
	case errors.Is(err, providers.ErrDenied):
		return placement.ReasonDenied
	case errors.Is(err, providers.ErrThrottled), errors.Is(err, providers.ErrUnavailable):
		return broker.ReasonBreaker
	}
	return ""
}

// remember keeps what a cloud refused: of a size where there was no room, else of
// the whole account.
func (p *placer) remember(step *placement.Step, zone string, reason broker.Reason, err error) {
	now := p.now()
	stay, size := max(uselessFor, min(longestStay, providers.RetryAfter(err))), ""
	if reason == broker.ReasonQuota {
		stay, size = noRoomFor, step.Size.ID
	}
	if size == "" {
		zone = ""
	}
	p.memory.Remember(step.Account, size, zone, placement.Refusal{At: now, Until: now.Add(stay), Text: err.Error()})
}

// passing are the reasons that go away by themselves.
var passing = map[broker.Reason]bool{
	broker.ReasonQuota: true, broker.ReasonBreaker: true, placement.ReasonRemembered: true,
}

// nowhere is the problem of a plan without a step.
func (c *chosen) nowhere() error {
	var parts []string
	p := &problem{status: 409}
	for _, n := range c.counts {
		parts = append(parts, fmt.Sprintf("%d %s", n.Count, n.Reason))
		if passing[n.Reason] {
			p.status, p.retry = 503, retryLater
		}
	}
	if parts == nil {
		parts = []string{"no account has a size"}
	}
	p.message = "there is no place for the compute: of all sizes " + strings.Join(parts, ", ")
	if len(c.Rejected) > 0 {
		r := c.Rejected[0]
		p.message += fmt.Sprintf("; the first: %s of %s: %s", r.Size, r.Account, r.Text)
	}
	return p
}
