package flexiscale

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"flexiscale servers": providertest.Words(states),
		"flexiscale power":   providertest.Lists(offers),
	})
}
