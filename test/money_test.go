package test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// moneyFiles are the files outside of gateway/broker, which has a test of its own,
// that prices go through.
var moneyFiles = []string{
	"providers/prices.go", "providers/ec2/prices", "providers/ec2/pricelist/", "providers/gogrid/prices", "providers/internal/prices/",
	"gateway/csv", "gateway/prices", "gateway/costs_document", "translate/price", "cmd/app/cost",
}

// TestNoFloatsInPrices reads the files of adapters that handle prices: no type and
// no call that an amount could be lost in.
func TestNoFloatsInPrices(t *testing.T) {
	banned := []string{
		"float32", "float64", "Float64", "InexactFloat64", "NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent",
		"ParseFloat", "FormatFloat", "number", // of GoGrid's rows: a float64
	}
	files := 0
	for _, s := range sources(t) {
		if s.isTest() || !slices.ContainsFunc(moneyFiles, func(start string) bool { return strings.HasPrefix(s.name, start) }) {
			continue
		}
		files++
		ast.Inspect(s.File, func(n ast.Node) bool {
			if id, is := n.(*ast.Ident); is && slices.Contains(banned, id.Name) {
				t.Errorf("%s: %s", s.at(n), id.Name)
			}
			return true
		})
	}
	if files < 14 {
		t.Errorf("only %d files were read", files)
	}
}
