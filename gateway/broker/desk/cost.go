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
	holders, holds := d.attached()
	c := costing{
		desk: d, market: d.Market(), agreed: agreed,
		tabs: map[place]*broker.Tab{}, images: map[place]string{}, holders: holders, holds: holds, with: map[place]*broker.With{},
	}
	for _, it := range d.o.Holdings.List(inventory.KindImage) {
		c.images[place{it.UID, it.Native}] = it.Image.Name
	}
	for _, it := range d.o.Holdings.List(inventory.KindServer) {
		c.server(it)
	}
	c.volumes(d.o.Holdings.List(inventory.KindVolume))
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
	all    []Cost

	holds   map[string]bool        // whether a machine has a volume, by its id
	holders map[string]string      // ids of the machines that volumes are attached to, by their ids
	with    map[place]*broker.With // what is left of what comes with machines, by their native ids, and by their ids without account
}

// attached finds the machines that volumes are attached to, and which have any.
func (d *Desk) attached() (holders map[string]string, holds map[string]bool) {
	holders, holds = map[string]string{}, map[string]bool{}
	for _, it := range d.o.Holdings.List(inventory.KindAttachment) {
		holders[it.Target], holds[it.Source] = it.Source, true
	}
	return holders, holds
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
	with := tab.With(s.SizeID)
	c.with[place{it.UID, s.ID}], c.with[place{"", it.ID}] = &with, &with
	if tab.SellsImages() {
		c.whileRunning(it, tariff.MeterImage, ofCharges(tab.Image(s.ImageID))) // what is agreed at launch is of the size
	}
	booted := s.ImageID == "" && c.holds[it.ID] // from a volume, instead of the disk of its size
	if own := int64(s.DiskGiB * 1024); own > 0 && with.Beside && !with.Listed && !booted {
		c.disk(it, string(s.State), own)
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

// volumes are charged but for those that are the disk which comes with a machine's
// size: the one of just that length is it, else the first ones up to it.
func (c *costing) volumes(all []*inventory.Item) {
	own := func(it *inventory.Item) (with *broker.With, exact bool) {
		with = c.with[place{"", c.holders[it.ID]}]
		if with == nil || !with.Listed || with.Disk == 0 {
			return nil, false
		}
		return with, with.Disk == mebibytes(it)
	}
	var others []*inventory.Item
	for _, it := range all {
		switch with, exact := own(it); {
		case it.Volume.State == providers.ResourceDeleting:
		case exact:
			c.volume(it, with)
		default:
			others = append(others, it)
		}
	}
	for _, it := range others {
		with, _ := own(it)
		c.volume(it, with)
	}
}

func mebibytes(it *inventory.Item) int64 { return int64(it.Volume.SizeGiB * 1024) }

// volume charges one as far as it is not what comes with its machine; with is nil
// when it is nothing of that.
func (c *costing) volume(it *inventory.Item, with *broker.With) {
	mib, state := mebibytes(it), string(it.Volume.State)
	if with == nil {
		c.disk(it, state, mib)
		return
	}
	free := min(mib, with.Disk)
	with.Disk -= free
	if mib > free {
		c.disk(it, state, mib-free)
		return
	}
	c.free(it, tariff.MeterDisk, state, with)
}

// free adds what costs nothing since it comes with a machine.
func (c *costing) free(it *inventory.Item, of tariff.Meter, state string, with *broker.With) {
	cost := ofCharges([]broker.Charge{with.Free}, true)
	cost.Item, cost.Of, cost.State, cost.Zero = it, of, state, tariff.ZeroIncluded
	c.all = append(c.all, cost)
}

// disk charges so much of a volume, or of a machine's own disk.
func (c *costing) disk(it *inventory.Item, state string, mib int64) {
	cost := ofCharges(c.tab(it.UID, "").Disk(mib))
	cost.Item, cost.Of, cost.State = it, tariff.MeterDisk, state
	c.all = append(c.all, cost)
}

func (c *costing) address(it *inventory.Item) {
	if it.Address.State == providers.ResourceDeleting {
		return
	}
	state := string(it.Address.State)
	if with := c.with[place{it.UID, it.Address.ServerID}]; with != nil && with.Addresses > 0 {
		with.Addresses--
		c.free(it, tariff.MeterAddress, state, with)
		return
	}
	cost := ofCharges(c.tab(it.UID, "").Address())
	cost.Item, cost.Of, cost.State = it, tariff.MeterAddress, state
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
