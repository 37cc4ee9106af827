package gogrid

import (
	"testing"

	"occigate/providers"
	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	states, power := map[string]providers.State{}, map[string][]providers.PowerOp{}
	for word, c := range conditions {
		states[word], power[word] = c.State, c.Power
	}
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"gogrid servers":   providertest.Words(states),
		"gogrid power":     providertest.Lists(power),
		"gogrid addresses": providertest.Words(addressStates),
		"gogrid images":    providertest.Words(imageStates),
	})
}
