package gogrid

import (
	"cmp"
	"context"
	"time"

	"occigate/providers"
	"occigate/providers/internal/prices"
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
func (p *Provider) Prices(ctx context.Context, source, edition string) (list providers.PriceList, err error) {
	if source != imagePrices || p.settings.ImagePrices == "" {
		return list, providers.Errorf(providers.ErrInvalid, imagesOp, "no prices of %q are configured", source)
	}
	at, err := p.cloud.place(ctx)
	if err != nil {
		return list, err
	}
	rows, err := p.images(ctx)
	list = providers.PriceList{Region: at.Name, Location: imagesOp, Observed: p.clock.Now()}
	for _, r := range rows {
		price := providers.Price{
			SKU: r.ID.String(), Of: providers.PricedImage, Item: r.ID.String(), Category: providers.PriceStandard,
			Currency: p.settings.ImagePrices, Unit: "Hours",
		}
		price.Amount, err = prices.Amount(imagesOp, "image "+price.Item, cmp.Or(r.Price.String(), "0"))
		switch {
		case err != nil:
			return list, err
		case price.Amount.IsZero():
			list.Missing++
		default:
			list.Prices = append(list.Prices, price)
		}
	}
	return prices.Since(edition, list), err
}
