package translate

import "occigate/translate/occi"

// Price is the mixin of computes of which is known what an hour of them costs, at
// the price at which they were made. The same attributes are those of sizes'
// mixins, with the price of now as their default: what a compute that is made now
// gets. Nothing of it can be set.
const Price = own + "#price"

// The attributes of [Price]. All are texts, so that no client rounds an amount; one
// of which nothing is known is absent.
const (
	AttrPriceHour     = "org.occigate.price.hour"     // for an hour that it runs, such as 0.0114
	AttrPriceCurrency = "org.occigate.price.currency" // ISO 4217
	AttrPriceSKU      = "org.occigate.price.sku"      // SkuPriceId of FOCUS, several with " + " between them
	AttrPriceSource   = "org.occigate.price.source"   // file or URL; "sample" before it when it was invented
	AttrPriceObserved = "org.occigate.price.observed" // when the seller said so, RFC 3339 in UTC
	AttrPriceAgreed   = "org.occigate.price.agreed"   // computes: when they were made
	AttrPriceSize     = "org.occigate.price.size"     // computes: native id of the size that it was the price of
)

// priceAttributes are those that sizes have too, then those of computes alone.
var priceAttributes = []struct{ name, description string }{
	{AttrPriceHour, "Price of an hour that it runs"},
	{AttrPriceCurrency, "Currency of the price"},
	{AttrPriceSKU, "What the seller calls the price"},
	{AttrPriceSource, "Where the price was read"},
	{AttrPriceObserved, "When the seller said so"},
	{AttrPriceAgreed, "When the compute was made at the price"},
	{AttrPriceSize, "Size that it was the price of"},
}

func price() occi.Mixin {
	m := occi.Mixin{Category: category(Price, "Price of an hour when it was made"), Applies: []string{Compute}, Location: "/mixin/price/"}
	for _, a := range priceAttributes {
		m.Attributes = append(m.Attributes, occi.Attribute{Name: a.name, Type: occi.String, Observed: true, Description: a.description})
	}
	return m
}

// PriceTerms are the attributes of a price by their names.
type PriceTerms map[string]string

// SetPrice gives a compute the mixin [Price] with what was agreed when it was made.
func SetPrice(e *occi.Entity, terms PriceTerms) {
	if terms[AttrPriceHour] == "" {
		return
	}
	e.Mixins = append(e.Mixins, Price)
	for _, a := range priceAttributes {
		setString(e.Attributes, a.name, terms[a.name])
	}
}

// defaults are the attributes of a size's mixin that say what it costs now.
func (terms PriceTerms) defaults() (attributes []occi.Attribute) {
	for _, a := range priceAttributes {
		if value := terms[a.name]; value != "" {
			attributes = append(attributes, occi.Attribute{
				Name: a.name, Type: occi.String, Default: value, Observed: true, Description: a.description,
			})
		}
	}
	return attributes
}
