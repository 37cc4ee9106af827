package prices_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"occigate/providers"
	"occigate/providers/internal/prices"
)

func TestAmount(t *testing.T) {
	for _, text := range []string{"0", "0.1250000000000000000001", "12"} {
		if got, err := prices.Amount("list", "image 1", text); err != nil || got.String() != text {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "free", "-1", "0.1 USD"} {
		_, err := prices.Amount("list", "image 1", text)
		if providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), `list: unavailable: image 1: "`+text+`" is no price`) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSince(t *testing.T) {
	list := func(digest, amount string, missing int) providers.PriceList {
		return providers.PriceList{
			Region: "west", Digest: digest, Missing: missing,
			Prices: []providers.Price{{Item: "1", Amount: decimal.RequireFromString(amount)}},
		}
	}
	first := prices.Since("", list("", "1.5", 2))
	if first.Unchanged || len(first.Digest) != 64 || first.Edition != first.Digest || len(first.Prices) != 1 || first.Missing != 2 {
		t.Errorf("the first reading: %+v", first)
	}
	again := prices.Since(first.Edition, list("", "1.5", 2))
	if !again.Unchanged || again.Edition != first.Edition || again.Digest != "" || again.Prices != nil || again.Region != "west" {
		t.Errorf("the same again: %+v", again)
	}
	for name, changed := range map[string]providers.PriceList{"amount": list("", "1.6", 2), "missing": list("", "1.5", 1), "digest": list("x", "1.5", 2)} {
		if got := prices.Since(first.Edition, changed); got.Unchanged || got.Edition == first.Edition || len(got.Prices) != 1 {
			t.Errorf("another %s: %+v", name, got)
		}
	}
}
