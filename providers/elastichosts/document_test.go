package elastichosts

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	states, power := providertest.Conditions(conditions)
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"elastichosts servers": states,
		"elastichosts power":   power,
		"elastichosts drives":  providertest.Words(driveStates),
	})
}
