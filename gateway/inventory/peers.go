package inventory

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// peers are the gateways that share the store, as this one hears of them, and
// what each is to hold. Every gateway writes a beat from time to time and takes
// those of the others from the feed; one that is not heard any more is left out.
// Silence is measured by the clock of who listens, so clocks need not agree.
//
// This only says who should hold an account. Who does is settled by its lease:
// gateways that see their peers differently leave an account alone for a moment,
// or want it both, and one gets it.
type peers struct {
	feed    *feed
	log     *zap.Logger
	now     func() time.Time
	me      string
	serves  []string
	every   time.Duration // between two beats
	silence time.Duration // after which a gateway is taken for dead
	stir    func()        // called when the accounts were dealt out anew
	learnt  chan struct{} // rung when a clock turns out to be other than was thought

	mu     sync.Mutex
	others map[string]peer
	holder map[string]string // by uid
	spoke  time.Time         // when our own newest beat was stored
}

// peer is another gateway. It counts once two beats were heard: what a store
// holds of a dead one is never more than the last.
type peer struct {
	beat
	heard time.Time
	alive bool
	ahead time.Duration // of our clock its clock is, as far as is known
	lead  time.Duration // and was when it wrote the beat, had that taken no time
}

// beat is the record by which a gateway shows that it lives.
type beat struct {
	Moment time.Time `json:"moment"` // by its own clock
	Serves []string  `json:"serves"` // uids of its accounts
}

// forgotten is how many silences a dead gateway's record is kept.
const forgotten = 10

func newPeers(v *Inventory) *peers {
	p := &peers{
		feed: v.feed, log: v.o.Log, now: v.o.Clock.Now, me: v.o.Holder,
		every: v.o.Limits.Lease / 3, silence: v.o.Limits.Lease * 5 / 6, others: map[string]peer{},
		learnt: make(chan struct{}, 1),
		stir: func() {
			for _, w := range v.workers {
				strike(w.bell)
			}
		},
	}
	for _, a := range v.o.Accounts {
		p.serves = append(p.serves, a.UID)
	}
	p.deal()
	return p
}

// run beats until ctx ends, and takes itself out then.
func (p *peers) run(ctx context.Context) {
	loaded := func(*state) bool { return p.feed.loaded[store.Shard(noAccount)] }
	if p.feed.await(ctx, noAccount, loaded) != nil {
		return
	}
	defer p.leave()
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	p.beat(ctx)
	p.beat(ctx) // two at once, so that the others count us in
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.learnt:
			p.feed.redate()
		case <-tick.C:
			p.beat(ctx)
			p.look(ctx)
		}
	}
}

func (p *peers) key(gateway string) store.Key {
	return store.Key{UID: noAccount, Kind: recGateway, ID: gateway}
}

func (p *peers) beat(ctx context.Context) {
	err := p.feed.revise(ctx, p.key(p.me), func([]byte) ([]byte, error) {
		return encode(beat{Moment: p.now(), Serves: p.serves}), nil
	})
	if err != nil {
		p.log.Warn("the other gateways cannot be told that this one lives", zap.Error(err))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.spoke) > p.silence { // nobody could be heard meanwhile: all get a new chance
		for name, other := range p.others {
			other.heard = now
			p.others[name] = other
		}
	}
	p.spoke = now
}

// leave tells the others that what this gateway held is free.
func (p *peers) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := p.feed.remove(ctx, p.key(p.me)); err != nil {
		p.log.Warn("the other gateways cannot be told that this one leaves", zap.Error(err))
	}
}

// hear takes another gateway's beat, nil when it has left. The feed calls it.
func (p *peers) hear(gateway string, data []byte) {
	if gateway == p.me {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.others[gateway]
	is := peer{heard: p.now()}
	switch {
	case data == nil:
		delete(p.others, gateway)
	case json.Unmarshal(data, &is.beat) != nil:
		return // of another version of the program
	case known && was.Moment.Equal(is.Moment):
		return // loaded once more
	default:
		is.alive = known
		if is.measure(was, p.every); is.ahead != was.ahead {
			p.log.Warn("the clock of a gateway is not ours; its times are taken by ours", zap.String("gateway", gateway), zap.Duration("ahead", is.ahead))
			strike(p.learnt)
		}
		p.others[gateway] = is
	}
	if was.alive != is.alive || !slices.Equal(was.Serves, is.Serves) {
		p.deal()
	}
}

// look leaves out who is silent, unless it is the store that is. What dead ones
// have left in the store is removed.
func (p *peers) look(ctx context.Context) {
	for _, gateway := range p.silent() {
		if err := p.feed.remove(ctx, p.key(gateway)); err != nil {
			p.log.Warn("the record of a dead gateway was not removed", zap.Error(err))
		}
	}
}

func (p *peers) silent() (dead []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, changed := p.now(), false
	if now.Sub(p.spoke) > p.silence {
		return nil
	}
	for name, other := range p.others {
		quiet := now.Sub(other.heard)
		if quiet > p.silence && other.alive {
			p.log.Warn("a gateway is not heard any more", zap.String("gateway", name))
			other.alive, changed = false, true
			p.others[name] = other
		}
		if quiet > forgotten*p.silence {
			dead = append(dead, name)
		}
	}
	if changed {
		p.deal()
	}
	return dead
}

// gone reports whether a gateway is not heard any more, or has left.
func (p *peers) gone(gateway string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	other, known := p.others[gateway]
	return !known || p.now().Sub(other.heard) > p.silence
}

// mute reports whether the store has not taken our beats for a while.
func (p *peers) mute() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.spoke.IsZero() && p.now().Sub(p.spoke) > p.silence
}

// deal works out who is to hold which account. The caller has the lock, or is
// alone.
func (p *peers) deal() {
	serves := map[string][]string{p.me: p.serves}
	for name, other := range p.others {
		if other.alive {
			serves[name] = other.Serves
		}
	}
	holder := share(serves)
	if maps.Equal(holder, p.holder) {
		return
	}
	p.holder = holder
	p.stir()
}

// mine says whether this gateway is to hold an account. A gateway that shares
// its store with nobody has no peers, and holds all.
func (p *peers) mine(uid string) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.holder[uid] == p.me
}

// Gateways is how many gateways share the store as far as is known, this one
// among them.
func (v *Inventory) Gateways() int {
	if v.peers == nil {
		return 1
	}
	v.peers.mu.Lock()
	defer v.peers.mu.Unlock()
	n := 1
	for _, other := range v.peers.others {
		if other.alive {
			n++
		}
	}
	return n
}
