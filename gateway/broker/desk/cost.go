package desk

import (
	"cmp"
	"slices"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// Basis says which price a cost is worked out from.
type Basis string

// The bases.
const (
	BasisLaunch Basis = "launch" // what was agreed when it was made
	BasisNow    Basis = "now"    // today's tariff, since nothing is known of then
)

// Cost is what one thing of the estate costs by the hour, as it stands.
type Cost struct {
	Item   *inventory.Item
	Of     tariff.Meter // compute, image, disk or address
	State  string       // of a machine or volume
	Hour   tariff.Money // in the seller's currency; unknown when Why says so; zero for a machine that rests
	Zero   tariff.Zero  // why it costs nothing though it is there; "" for a machine that rests
	Basis  Basis
	SKU    string
	Source string
	Sample bool
	At     time.Time // when the price was agreed, or when the seller said so
	Why    string    // why it is not known, "" when it is
}

// Agreed reads what a compute was made at; ok is false when nothing was kept or it
// was for another size than it has now.
type Agreed func(it *inventory.Item) (c Cost, ok bool)

// resting are the states of machines whose cores and memory are not charged.
var resting = []providers.State{providers.StateInactive, providers.StateSuspended, providers.StateDeleting}

// unsure are those of which nobody can say whether they are.
var unsure = []providers.State{providers.StateError, providers.StateUnknown}

// Costs are those of everything in the inventory that is charged by the hour:
// machines, with the images and disks that are charged beside them, volumes, and public
// addresses. agreed tells of prices at launch.
func (d *Desk) Costs(agreed Agreed) []Cost {
	c := costing{
		desk: d, market: d.Market(), agreed: agreed,
		tabs: map[place]*broker.Tab{}, images: map[place]string{}, disks: d.disks(), included: map[place]included{},
	}
	for _, it := range d.o.Holdings.List(inventory.KindImage) {
		c.images[place{it.UID, it.Native}] = it.Image.Name
	}
	for _, it := range d.o.Holdings.List(inventory.KindServer) {
		c.server(it)
	}
	for _, it := range d.o.Holdings.List(inventory.KindVolume) {
		if it.Volume.State != providers.ResourceDeleting {
			c.volume(it, string(it.Volume.State), int64(it.Volume.SizeGiB*1024))
		}
	}
	for _, it := range d.o.Holdings.List(inventory.KindReservation) {
		c.address(it)
	}
	for _, it := range d.o.Holdings.List(inventory.KindAddress) {
		if it.Through != inventory.KindReservation { // else it is charged there
			c.address(it)
		}
	}
	slices.SortStableFunc(c.all, func(a, b Cost) int { return cmp.Or(cmp.Compare(a.Item.UID, b.Item.UID), cmp.Compare(a.Of, b.Of)) })
	return c.all
}

// place is something of an account.
type place struct{ uid, of string }

// costing works out the costs of an estate.
type costing struct {
	desk   *Desk
	market *broker.Market
	agreed Agreed
	tabs   map[place]*broker.Tab // by operating system
	images map[place]string      // names
	disks  map[disk]bool
	all    []Cost

	included map[place]included // what is left of what comes with machines, by their native ids
}

// included is how many addresses come with a machine, and the price that says so.
type included struct {
	addresses int64
	with      broker.Charge
}

// disk is a volume of so many MiB that a machine has attached.
type disk struct {
	server string // id of its item
	mib    int64
}

// disks finds what machines have attached.
func (d *Desk) disks() map[disk]bool {
	sizes, found := map[string]int64{}, map[disk]bool{}
	for _, it := range d.o.Holdings.List(inventory.KindVolume) {
		sizes[it.ID] = int64(it.Volume.SizeGiB * 1024)
	}
	for _, it := range d.o.Holdings.List(inventory.KindAttachment) {
		found[disk{it.Source, sizes[it.Target]}] = true
	}
	return found
}

// tab is that of an account, with no prices when the market does not know it.
func (c *costing) tab(uid, system string) *broker.Tab {
	at := place{uid, system}
	if c.tabs[at] == nil {
		if c.tabs[at] = c.market.Tab(uid, system, c.desk.o.Currency); c.tabs[at] == nil {
			c.tabs[at] = &broker.Tab{}
		}
	}
	return c.tabs[at]
}

func (c *costing) server(it *inventory.Item) {
	s := it.Server
	if s.State == providers.StateDeleting {
		return
	}
	tab := c.tab(it.UID, broker.SystemOf(c.images[place{it.UID, s.ImageID}]))
	cost, ok := c.agreed(it)
	if !ok {
		cost = ofCharges(tab.Size(s.SizeID))
	}
	if s.SizeID == "" && !cost.Hour.Known() {
		cost.Why = "it has no size of the catalogue"
	}
	c.whileRunning(it, tariff.MeterCompute, cost)
	if n, with := tab.Addresses(s.SizeID); n > 0 {
		c.included[place{it.UID, s.ID}] = included{n, with}
	}
	if tab.SellsImages() {
		c.whileRunning(it, tariff.MeterImage, ofCharges(tab.Image(s.ImageID))) // what is agreed at launch is of the size
	}
	// Where a machine's own disk is a volume too, it is charged there.
	own := int64(s.DiskGiB * 1024)
	if own > 0 && tab.SoldByParts(s.SizeID) && !c.disks[disk{it.ID, own}] {
		c.volume(it, string(s.State), own)
	}
}

// whileRunning adds what a machine costs only in states in which it is charged.
func (c *costing) whileRunning(it *inventory.Item, of tariff.Meter, cost Cost) {
	state := it.Server.State
	cost.Item, cost.Of, cost.State = it, of, string(state)
	switch {
	case cost.Why != "" && it.Server.SizeID == "":
	case slices.Contains(unsure, state):
		cost.Hour, cost.Why = tariff.Money{}, "nobody can say whether it is charged in this state"
	case slices.Contains(resting, state) && cost.Hour.Known():
		cost.Hour = tariff.Nanos(0, cost.Hour.Currency())
	}
	c.all = append(c.all, cost)
}

func (c *costing) volume(it *inventory.Item, state string, mib int64) {
	cost := ofCharges(c.tab(it.UID, "").Disk(mib))
	cost.Item, cost.Of, cost.State = it, tariff.MeterDisk, state
	c.all = append(c.all, cost)
}

func (c *costing) address(it *inventory.Item) {
	if it.Address.State == providers.ResourceDeleting {
		return
	}
	cost := ofCharges(c.tab(it.UID, "").Address())
	at := place{it.UID, it.Address.ServerID}
	if left := c.included[at]; it.Address.ServerID != "" && left.addresses > 0 {
		c.included[at] = included{left.addresses - 1, left.with}
		cost = ofCharges([]broker.Charge{left.with}, true)
		cost.Zero = tariff.ZeroIncluded
	}
	cost.Item, cost.Of, cost.State = it, tariff.MeterAddress, string(it.Address.State)
	c.all = append(c.all, cost)
}

// ofCharges is the cost that charges add up to, at today's tariff.
func ofCharges(charges []broker.Charge, ok bool) Cost {
	h, fits := hourOf(charges)
	if !ok || !fits {
		return Cost{Why: "nobody has said what it costs"}
	}
	from := h.Charges[0].From.Tariff
	return Cost{
		Hour: h.Money, Zero: zeroOf(h), Basis: BasisNow, SKU: h.SKU(), Source: from.Source().Location, Sample: from.Source().Sample, At: from.ObservedAt(),
	}
}

// zeroOf is why an hour costs nothing.
func zeroOf(h Hour) tariff.Zero {
	if !h.IsZero() {
		return ""
	}
	return h.Charges[0].Price.Zero
}
