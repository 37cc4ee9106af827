package broker

import (
	"sync"
	"time"

	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
)

// Holdings is what all clouds hold, as far as quotes look at it.
// [inventory.Inventory] is one.
type Holdings interface {
	Accounts() []inventory.Status
	List(inventory.Kind) []*inventory.Item
	Generation(...inventory.Kind) uint64
}

// Keeper keeps a market that fits the present tariffs and catalogues. It is safe
// for concurrent use; Tariffs and Rates may be renewed while quotes are made.
type Keeper struct {
	Tariffs tariff.Book
	Rates   fx.Book

	holdings Holdings
	places   map[string]geo.Point

	mu       sync.Mutex
	market   *Market
	compiled [2]uint64 // generations of catalogues and tariffs that market was made of
}

// NewKeeper keeps a market over the accounts of an inventory. places says where
// the regions of accounts lie, by account uid; it may be incomplete.
func NewKeeper(h Holdings, places map[string]geo.Point) *Keeper {
	return &Keeper{holdings: h, places: places}
}

// Market is the present one. It is compiled by the first that asks after something
// has changed, and no cloud is called.
func (k *Keeper) Market(now time.Time) *Market {
	k.mu.Lock()
	defer k.mu.Unlock()
	entries, tariffs := k.Tariffs.Entries()
	compiled := [2]uint64{k.holdings.Generation(inventory.KindSize, inventory.KindImage), tariffs}
	passed := k.market != nil && !k.market.until.IsZero() && !now.Before(k.market.until)
	if k.market == nil || compiled != k.compiled || passed {
		k.market, k.compiled = Compile(Gather(k.holdings, k.places), entries, now), compiled
	}
	return k.market
}

// Quote makes a quote of the present market and rates.
func (k *Keeper) Quote(w Wish, now time.Time, obstacles map[string]Obstacle) (*Quote, error) {
	return k.Market(now).Quote(w, k.situation(now, obstacles))
}

// Rejections are those of the present market, see [Market.Rejections].
func (k *Keeper) Rejections(w Wish, now time.Time, obstacles map[string]Obstacle) ([]Rejection, error) {
	return k.Market(now).Rejections(w, k.situation(now, obstacles))
}

func (k *Keeper) situation(now time.Time, obstacles map[string]Obstacle) Situation {
	return Situation{Now: now, Rates: k.Rates.Standing().Table, Obstacles: obstacles}
}

// Gather takes the accounts and their catalogues out of an inventory. The region is
// the one that the cloud itself told at login.
func Gather(h Holdings, places map[string]geo.Point) []Account {
	standing := h.Accounts()
	all, at := make([]Account, len(standing)), map[string]*Account{}
	for i, s := range standing {
		all[i] = Account{UID: s.UID, Name: s.Name, Cloud: s.Cloud, Region: s.Identity.Region, Default: s.Default}
		if place, known := places[s.UID]; known {
			all[i].Location = &place
		}
		at[s.UID] = &all[i]
	}
	for _, it := range h.List(inventory.KindSize) {
		if a := at[it.UID]; a != nil && it.Size != nil {
			a.Sizes = append(a.Sizes, *it.Size)
		}
	}
	for _, it := range h.List(inventory.KindImage) {
		if a := at[it.UID]; a != nil && it.Image != nil {
			a.Images = append(a.Images, *it.Image)
		}
	}
	return all
}
