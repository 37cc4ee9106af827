package ec2

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this adapter.
func TestDocumentedStates(t *testing.T) {
	tables := map[string]map[string]string{
		"ec2 servers":     words(states),
		"ec2 hibernation": words(hibernating),
		"ec2 volumes":     words(volumeStates),
		"ec2 networks":    words(networkStates),
		"ec2 links":       words(links),
		"ec2 images":      words(imageStates),
		"ec2 power":       lists(powers),
	}
	for mark, want := range tables {
		if diff := cmp.Diff(want, providertest.DocumentTable(t, "../../docs/lifecycle.md", mark)); diff != "" {
			t.Errorf("%s: the document (+) differs from the adapter (-):\n%s", mark, diff)
		}
	}
}

// words is a table of states as plain text.
func words[K, V ~string](m map[K]V) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[string(k)] = string(v)
	}
	return out
}

// lists is a table of what can be done as plain text.
func lists(m map[providers.State][]providers.PowerOp) map[string]string {
	out := map[string]string{}
	for k, ops := range m {
		for i, op := range ops {
			if i > 0 {
				out[string(k)] += ", "
			}
			out[string(k)] += string(op)
		}
	}
	return out
}
