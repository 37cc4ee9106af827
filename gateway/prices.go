package gateway

import (
	"context"
	"strings"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
)

// sampleMark stands before a source whose prices were invented.
const sampleMark = "sample "

// sourceOf is the source among terms, and whether its prices were invented.
func sourceOf(terms translate.PriceTerms) (source string, sample bool) {
	return strings.CutPrefix(terms[translate.AttrPriceSource], sampleMark)
}

// termsOf are the words for what an hour costs.
func termsOf(h desk.Hour) translate.PriceTerms {
	from := h.Charges[0].From.Tariff
	source := from.Source().Location
	if from.Source().Sample {
		source = sampleMark + source
	}
	return translate.PriceTerms{
		translate.AttrPriceHour: h.Decimal().String(), translate.AttrPriceCurrency: string(h.Currency()),
		translate.AttrPriceSKU: h.SKU(), translate.AttrPriceSource: source,
		translate.AttrPriceObserved: from.ObservedAt().UTC().Format(time.RFC3339),
	}
}

// pricing says what computes are made at.
type pricing struct {
	desk      *desk.Desk // nil when there are no prices
	templates *translate.Templates
}

// agreed are the terms of a compute that is made now; nil when nobody knows what
// its size costs, or which it gets.
func (p pricing) agreed(uid, size, image string) map[string]string {
	if p.desk == nil || size == "" {
		return nil
	}
	system := ""
	if tpl, ok := p.templates.Lookup(p.templates.Of(translate.OSTpl, uid, image)); ok && tpl.Image != nil {
		system = broker.SystemOf(tpl.Image.Name)
	}
	hour, ok := p.desk.Hours(uid, system).Of(size)
	if !ok {
		return nil
	}
	terms := termsOf(hour)
	terms[translate.AttrPriceSize] = size
	terms[translate.AttrPriceAgreed] = p.desk.Now().UTC().Format(time.RFC3339)
	return terms
}

// createServer makes a server, with what it is made at kept from the beginning; of
// one whose cloud chose the size, from its answer on.
func (n creation) createServer(ctx context.Context, uid string, spec providers.ServerSpec) (*inventory.Item, error) {
	own := n.own()
	own.Terms = n.pricing.agreed(uid, spec.SizeID, spec.ImageID)
	it, err := n.inv.CreateServer(ctx, uid, spec, own)
	if err != nil || own.Terms != nil {
		return it, err
	}
	if terms := n.pricing.agreed(uid, it.Server.SizeID, it.Server.ImageID); terms != nil {
		if told, err := n.inv.Agree(ctx, it.ID, terms); err == nil && told != nil {
			it = told // else it is made all the same, at a price that nobody has noted
		}
	}
	return it, nil
}

// sizePrices are what the sizes of an account cost now, by their ids.
func (ms *models) sizePrices(uid string, sizes []providers.Size) map[string]translate.PriceTerms {
	if ms.desk == nil {
		return nil
	}
	all, hours := map[string]translate.PriceTerms{}, ms.desk.Hours(uid, "")
	for i := range sizes {
		if hour, ok := hours.Of(sizes[i].ID); ok {
			all[sizes[i].ID] = termsOf(hour)
		}
	}
	return all
}
