package openstack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	tables := map[string]map[string]string{
		"openstack servers":   words(states),
		"openstack tasks":     words(tasks),
		"openstack volumes":   words(volumeStates),
		"openstack networks":  words(networkStates),
		"openstack ports":     words(portStates),
		"openstack addresses": words(addressStates),
		"openstack images":    words(imageStates),
		"openstack power":     {},
	}
	for status, ops := range powers {
		var list []string
		for _, op := range ops {
			list = append(list, string(op))
		}
		tables["openstack power"][status] = strings.Join(list, ", ")
	}
	for mark, want := range tables {
		if diff := cmp.Diff(want, providertest.DocumentTable(t, "../../docs/lifecycle.md", mark)); diff != "" {
			t.Errorf("%s: the document (+) differs from the adapter (-):\n%s", mark, diff)
		}
	}
}

// words is a table of states as plain text; states that are left out are said
// to be so.
func words[V ~string](m map[string]V) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		if out[k] = string(v); v == "" {
			out[k] = "left out"
		}
	}
	return out
}
