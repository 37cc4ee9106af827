package elastichosts

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
		"elastichosts servers": providertest.Words(states),
		"elastichosts power":   providertest.Lists(power),
		"elastichosts drives":  providertest.Words(driveStates),
	})
}
