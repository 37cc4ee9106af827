// Package prices reads amounts as clouds write them, exactly, and tells a list
// that says the same as before. It knows no cloud: what a price is of, in which
// currency and for which unit, is for the adapter to say.
package prices

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/shopspring/decimal"

	"occigate/providers"
)

// Amount reads what a thing costs. Text that is no amount, or a negative one, is
// [providers.ErrUnavailable] under the cloud's name of the call.
func Amount(op, thing, text string) (decimal.Decimal, error) {
	amount, err := decimal.NewFromString(text)
	if err != nil || amount.IsNegative() {
		return decimal.Zero, providers.Errorf(providers.ErrUnavailable, op, "%s: %q is no price", thing, text)
	}
	return amount, nil
}

// Since is a list of a source that knows no editions, or, when it says what it
// said at edition, just that it has not changed. Editions are told by the list's
// digest, which is made of its prices where it has none.
func Since(edition string, list providers.PriceList) providers.PriceList {
	if list.Digest == "" {
		list.Digest = digest(list)
	}
	list.Edition = list.Digest
	if list.Edition == edition {
		list.Unchanged, list.Digest, list.Prices, list.Missing = true, "", nil, 0
	}
	return list
}

func digest(list providers.PriceList) string {
	sum := sha256.New()
	for _, p := range list.Prices {
		fmt.Fprintln(sum, p.Item, p.Amount)
	}
	fmt.Fprintln(sum, list.Missing)
	return hex.EncodeToString(sum.Sum(nil))
}
