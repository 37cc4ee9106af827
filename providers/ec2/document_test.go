package ec2

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"ec2 servers":     providertest.Words(states),
		"ec2 hibernation": providertest.Words(hibernating),
		"ec2 volumes":     providertest.Words(volumeStates),
		"ec2 networks":    providertest.Words(networkStates),
		"ec2 links":       providertest.Words(links),
		"ec2 images":      providertest.Words(imageStates),
		"ec2 power":       providertest.Lists(powers),
	})
}
