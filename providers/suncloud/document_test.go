package suncloud

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"suncloud servers":     providertest.Words(states),
		"suncloud controllers": providertest.Lists(controllers),
	})
}
