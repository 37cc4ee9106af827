// Package placement chooses where a machine is made: from what a quote found it
// makes an ordered plan, and says of everything else why it is not in there. It
// also remembers what clouds refused, and how fast they are. It is pure but for
// these memories: it calls no cloud, reads no clock and knows no HTTP.
package placement

import (
	"cmp"
	"slices"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// Policy says which of the candidates comes first.
type Policy string

// The policies. What they leave equal goes by price, with sizes that nobody has
// priced last.
const (
	Cheapest Policy = "cheapest"
	Spread   Policy = "spread"  // the account with the fewest machines of the group
	Fastest  Policy = "fastest" // the account with the least median from create to active
	Ordered  Policy = "ordered" // the accounts as they are listed
	Quoted   Policy = "quoted"  // the offers of a quote that is redeemed
)

// Reasons beside those of package broker.
const (
	ReasonRemembered broker.Reason = "capacity_remembered" // refused a short while ago
	ReasonDenied     broker.Reason = "denied"              // the cloud refuses the account's credentials
)

// Order is what a request says of the place.
type Order struct {
	Policy   Policy
	Accounts []string // of Ordered: uids
	Size     string   // native id of the only size, "" for any
	DiskMiB  int64    // a size that brings a smaller disk is not enough
	Image    string   // words that the name of the image has, "" when it is given or is the account's default
	Given    *providers.Image
	OS       string                 // whose licence is in the price
	Kind     providers.Architecture // of the image that is found, "" for any
	Capped   bool                   // there is a price cap: what has no price cannot be taken
}

// View is what is known at the moment.
type View struct {
	Now      time.Time
	Options  []Option           // candidates, the cheapest first
	Rejected []broker.Rejection // what is no candidate of a quote
	Sizes    map[string][]providers.Size
	Images   map[string][]providers.Image
	Defaults map[string]string // what a create is made of that names no image, "" when it is refused; none of accounts that do not say
	Denied   map[string]bool   // accounts whose credentials are refused
	Machines map[string]int    // of the group, by account
	Median   map[string]time.Duration
	Memory   *Memory
}

// Option is a size in an account that a machine could be made of.
type Option struct {
	Account string // uid
	Cloud   string
	Region  string
	Zone    string // that the price is of, "" for any
	Price   string // SkuPriceID
	Size    providers.Size
	Hour    tariff.Money // unknown when nobody has said
	Month   tariff.Money
}

// Step is an option with the image to take; "" is the account's default.
type Step struct {
	Option
	Image string
}

// Plan is where to try, in order, and why nowhere else.
type Plan struct {
	Steps    []Step
	More     int // further options that are never tried: dearer sizes, and accounts after the last step
	Rejected []broker.Rejection
}

// How often one create is tried at most, and how often in one account.
const (
	mostSteps = 8
	mostSizes = 2
)

// Choose makes the plan.
func Choose(o *Order, v *View) Plan {
	c := chooser{order: o, view: v, seen: map[[2]string]bool{}}
	for _, option := range v.Options {
		c.consider(option)
	}
	c.unpriced()
	c.sort()
	c.cut()
	return c.plan
}

// FromQuote are the options that a quote shows.
func FromQuote(q *broker.Quote) []Option {
	options := make([]Option, len(q.Candidates))
	for i := range q.Candidates {
		options[i] = FromCandidate(&q.Candidates[i])
	}
	return options
}

// FromCandidate is the option that a candidate is.
func FromCandidate(c *broker.Candidate) Option {
	return Option{
		Account: c.Account, Cloud: c.Cloud, Region: c.Region, Zone: c.Zone, Price: c.Parts[0].Price.SkuPriceID,
		Size: c.Size, Hour: c.Hour, Month: c.Month,
	}
}

// chooser makes one plan.
type chooser struct {
	order *Order
	view  *View
	plan  Plan
	seen  map[[2]string]bool // account and size: of several prices the first counts
}

// consider takes an option into the plan, or says why not.
func (c *chooser) consider(o Option) {
	key := [2]string{o.Account, o.Size.ID}
	if c.seen[key] {
		return
	}
	c.seen[key] = true
	image, reason, text := c.check(&o)
	if reason != "" {
		c.plan.Rejected = append(c.plan.Rejected, broker.Rejection{
			Account: o.Account, Cloud: o.Cloud, Region: o.Region, Size: o.Size.ID, Price: o.Price, Reason: reason, Text: text,
		})
		return
	}
	c.plan.Steps = append(c.plan.Steps, Step{o, image})
}

// withoutPrice are the reasons for which a quote cannot compare what a policy
// other than the cheapest can take.
var withoutPrice = map[broker.Reason]bool{
	broker.ReasonNoPrice: true, broker.ReasonNoDisk: true, broker.ReasonNoAddress: true, broker.ReasonNoEgress: true,
	broker.ReasonNoImagePrice: true, broker.ReasonNoRate: true, broker.ReasonPrecision: true,
}

// unpriced goes on with what the quote has rejected: sizes whose price does not
// matter are options, the smallest first.
func (c *chooser) unpriced() {
	var late []Option
	for _, r := range c.view.Rejected {
		if r.Reason == broker.ReasonBreaker && c.view.Denied[r.Account] {
			r.Reason = ReasonDenied
		}
		size := c.size(r.Account, r.Size)
		free := c.order.Policy != Cheapest && c.order.Policy != Quoted && !c.order.Capped
		if size == nil || !free || !withoutPrice[r.Reason] {
			c.plan.Rejected = append(c.plan.Rejected, r)
			continue
		}
		late = append(late, Option{Account: r.Account, Cloud: r.Cloud, Region: r.Region, Price: r.Price, Size: *size})
	}
	slices.SortStableFunc(late, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Size.MemoryMiB, b.Size.MemoryMiB), cmp.Compare(a.Size.Cores, b.Size.Cores), cmp.Compare(a.Account, b.Account))
	})
	for _, o := range late {
		c.consider(o)
	}
}

func (c *chooser) size(account, id string) *providers.Size {
	sizes := c.view.Sizes[account]
	if i := slices.IndexFunc(sizes, func(s providers.Size) bool { return s.ID == id }); i >= 0 {
		return &sizes[i]
	}
	return nil
}

// sort puts the steps into the order of the policy.
func (c *chooser) sort() {
	v := c.view
	rank := map[Policy]func(a, b *Step) int{
		Spread: func(a, b *Step) int { return cmp.Compare(v.Machines[a.Account], v.Machines[b.Account]) },
		Fastest: func(a, b *Step) int {
			return cmp.Compare(v.median(a.Account), v.median(b.Account))
		},
		Ordered: func(a, b *Step) int {
			return cmp.Compare(slices.Index(c.order.Accounts, a.Account), slices.Index(c.order.Accounts, b.Account))
		},
	}[c.order.Policy]
	if rank != nil {
		slices.SortStableFunc(c.plan.Steps, func(a, b Step) int { return rank(&a, &b) })
	}
}

// median is that of an account; one that nobody has measured is the slowest.
func (v *View) median(account string) time.Duration {
	if d, known := v.Median[account]; known {
		return d
	}
	return 1<<63 - 1
}

// cut leaves as many steps as are tried.
func (c *chooser) cut() {
	tried := map[string]int{}
	all := len(c.plan.Steps)
	c.plan.Steps = slices.DeleteFunc(c.plan.Steps, func(s Step) bool {
		tried[s.Account]++
		return tried[s.Account] > mostSizes && c.order.Policy != Quoted
	})
	c.plan.Steps = c.plan.Steps[:min(len(c.plan.Steps), mostSteps)]
	c.plan.More = all - len(c.plan.Steps)
}
