package gogrid

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"occigate/providers"
)

// imagePrices is the name of the only source of prices.
const imagePrices = "images"

// PriceSources is the images, if the settings say what their prices are.
func (p *Provider) PriceSources() []providers.PriceSource {
	if p.settings.ImagePrices == "" {
		return nil
	}
	return []providers.PriceSource{{Name: imagePrices, Every: 24 * time.Hour}}
}

// Prices are those that images carry. Most carry 0, those with licences too, so
// that a zero says nothing (inferred) and is missing.
func (p *Provider) Prices(ctx context.Context, source, edition string) (providers.PriceList, error) {
	if source != imagePrices || p.settings.ImagePrices == "" {
		return providers.PriceList{}, providers.Errorf(providers.ErrInvalid, imagesOp, "no prices of %q are configured", source)
	}
	at, err := p.datacenter(ctx)
	if err != nil {
		return providers.PriceList{}, err
	}
	rows, err := p.cloud.images(ctx)
	if err != nil {
		return providers.PriceList{}, err
	}
	list, sum := providers.PriceList{Region: at.Name, Location: imagesOp, Observed: p.clock.Now()}, sha256.New()
	for _, r := range rows {
		if r.image().State == "" || !r.in(at) {
			continue
		}
		fmt.Fprintln(sum, r.ID, r.Price)
		amount, err := decimal.NewFromString(r.Price.String())
		switch {
		case r.Price == "" || err == nil && amount.IsZero():
			list.Missing++
		case err != nil || amount.IsNegative():
			return providers.PriceList{}, providers.Errorf(providers.ErrUnavailable, imagesOp, "image %s: %q is no price", r.ID, r.Price)
		default:
			list.Prices = append(list.Prices, providers.Price{
				SKU: r.ID.String(), Of: providers.PricedImage, Item: r.ID.String(), Category: providers.PriceStandard,
				Amount: amount, Currency: p.settings.ImagePrices, Unit: "Hours",
			})
		}
	}
	list.Digest = hex.EncodeToString(sum.Sum(nil))
	if list.Unchanged = list.Digest == edition; list.Unchanged {
		list.Prices = nil
	}
	list.Edition = list.Digest
	return list, nil
}
