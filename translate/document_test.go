package translate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers/providertest"
)

// TestDocumentedStates holds docs/lifecycle.md to the tables of this package.
func TestDocumentedStates(t *testing.T) {
	tables := map[string]map[string]string{
		"compute states": plain(computeStates),
		"storage states": plain(storageStates),
		"link states":    plain(linkStates),
		"power actions":  plain(powerActions),
	}
	for mark, want := range tables {
		if diff := cmp.Diff(want, providertest.DocumentTable(t, "../docs/lifecycle.md", mark)); diff != "" {
			t.Errorf("%s: the document (+) differs from the package (-):\n%s", mark, diff)
		}
	}
}

func plain[K, V ~string](m map[K]V) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[string(k)] = string(v)
	}
	return out
}
