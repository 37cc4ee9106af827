package translate

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this package.
func TestDocumentedStates(t *testing.T) {
	providertest.HoldTables(t, "../docs/lifecycle.md", map[string]map[string]string{
		"compute states": providertest.Words(computeStates),
		"storage states": providertest.Words(storageStates),
		"link states":    providertest.Words(linkStates),
		"power actions":  providertest.Words(powerActions),
	})
}
