package ratecard

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocumentedCards reads the examples of docs/prices.md, and holds that no key
// is left out there.
func TestTheDocumentedCards(t *testing.T) {
	text, err := os.ReadFile("../../../docs/prices.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"yaml", "csv"} {
		m := regexp.MustCompile("(?s)```" + format + "\n(.*?)```").FindSubmatch(text)
		if m == nil {
			t.Fatalf("no example in %s", format)
		}
		if _, err := Parse("prices.md."+format, m[1], now); err != nil {
			t.Errorf("the example: %v", err)
		}
	}
	for _, key := range slices.Concat(headKeys, priceKeys, discountKeys) {
		if !strings.Contains(string(text), key+":") && !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("%s is not in the documentation", key)
		}
	}
}
