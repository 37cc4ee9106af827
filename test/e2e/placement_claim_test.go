package e2e

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"

	"occigate/test/servers"
	"occigate/translate"
	"occigate/translate/occi"
)

// TestOneIDAtTwoGateways puts a compute under one id at two gateways at the same
// time, with choices that differ: one machine is made.
func TestOneIDAtTwoGateways(t *testing.T) {
	address := servers.Redis(t).Address
	north, south := newSky(t, "north"), newSky(t, "south")
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	config := under(t, "prices: {rate_cards: ['"+card+"']}\nstore: {redis: {addresses: ['"+address+"']}}\n", north, south)
	gateways := map[string]*Program{"north": serve(t, config), "south": serve(t, config)}
	for round := range 10 {
		path := "/compute/" + uuid.NewString()
		var all sync.WaitGroup
		var mu sync.Mutex
		answers := map[int][]string{}
		for account, p := range gateways {
			all.Go(func() {
				a := p.Say(t, "PUT", path, occi.OCCIJSON, onSky("once", map[string]any{
					translate.AttrPlacementImage: "debian", translate.AttrPlacementAccounts: account, translate.AttrPlacementPolicy: "spread",
				}))
				mu.Lock()
				defer mu.Unlock()
				answers[a.Status] = append(answers[a.Status], a.Body)
			})
		}
		all.Wait()
		// As a rule the other one is a 409; it may also come so late that it puts what is there.
		machines := len(north.Servers()) + len(south.Servers())
		if machines != round+1 || len(answers[http.StatusCreated]) != 1 {
			t.Fatalf("round %d: %d machines, answers %v", round, machines, answers)
		}
	}
}
