package openstack

import (
	"testing"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	providertest.HoldTables(t, "../../docs/lifecycle.md", map[string]map[string]string{
		"openstack servers":   providertest.Words(states),
		"openstack tasks":     providertest.Words(tasks),
		"openstack volumes":   providertest.Words(volumeStates),
		"openstack networks":  providertest.Words(networkStates),
		"openstack ports":     providertest.Words(portStates),
		"openstack addresses": providertest.Words(addressStates),
		"openstack images":    providertest.Words(imageStates),
		"openstack power":     providertest.Lists(powers),
	})
}
