package ec2

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	pricingtypes "github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"occigate/providers"
	"occigate/providers/ec2/pricelist"
	"occigate/providers/internal/prices"
)

// pricingRegions are those whose Pricing API is asked, by partition: not every
// region has one.
var pricingRegions = map[string]string{"aws": "us-east-1", "cn": "cn-northwest-1"}

// pricingClient makes the client of the Pricing API. It speaks JSON.
func (s *Settings) pricingClient(cfg aws.Config, client *http.Client) *pricing.Client {
	cfg.Region, cfg.BaseEndpoint = pricingRegions[partition(cfg.Region)], nil
	if s.Prices.Endpoint != "" {
		cfg.BaseEndpoint = aws.String(s.Prices.Endpoint)
	}
	cfg.HTTPClient = jsonWire{client}
	return pricing.NewFromConfig(cfg)
}

// jsonWire is the house's HTTP client for a service that speaks JSON. The SDK takes
// an answer without a body for one without products; jsonWire refuses it.
type jsonWire struct{ http *http.Client }

// Do sends a request, with a body that can be sent again.
func (w jsonWire) Do(r *http.Request) (*http.Response, error) {
	if err := makeRepeatable(r); err != nil {
		return nil, err
	}
	res, err := w.http.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	body := bufio.NewReader(res.Body)
	head, err := body.Peek(1)
	if !bytes.Equal(head, []byte("{")) {
		res.Body.Close()
		operation, _ := providers.Call(r.Context())
		return nil, &providers.Error{Kind: providers.ErrUnavailable, Op: operation, Message: "the answer is empty or no JSON object", Err: err}
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{body, res.Body}
	return res, nil
}

// productFilters are the products to ask for beside those of the region, by offer:
// a listing for each set. Of an offer that is not here all are asked for.
var productFilters = map[string][][][2]string{
	"AmazonEC2": {
		{{"productFamily", "Compute Instance"}, {"capacitystatus", "Used"}, {"preInstalledSw", "NA"}},
		{{"productFamily", "Storage"}},
	},
	"AWSDataTransfer": {{{"transferType", "AWS Outbound"}, {"toLocation", "External"}}},
}

// listings are the filters of each listing of an offer.
func listings(offer, region string) (all [][]pricingtypes.Filter) {
	where := [2]string{"regionCode", region}
	if offer == "AWSDataTransfer" {
		where[0] = "fromRegionCode"
	}
	sets := productFilters[offer]
	if sets == nil {
		sets = [][][2]string{nil}
	}
	for _, set := range sets {
		var filters []pricingtypes.Filter
		for _, f := range append([][2]string{where}, set...) {
			filters = append(filters, pricingtypes.Filter{Type: pricingtypes.FilterTypeTermMatch, Field: aws.String(f[0]), Value: aws.String(f[1])})
		}
		all = append(all, filters)
	}
	return all
}

// productPage is the most products that the Pricing API gives per page.
const productPage = 100

// products asks the Pricing API for the prices of an offer. It knows no editions;
// equal answers are told by their digest.
func (p *Provider) products(ctx context.Context, offer, edition string) (providers.PriceList, error) {
	const op = "GetProducts"
	documents := pricelist.NewDocuments(p.wanted())
	for _, filters := range listings(offer, p.region) {
		_, err := pages(op, func(token *string) ([]struct{}, *string, error) {
			out, err := read(ctx, p.pricing.GetProducts, &pricing.GetProductsInput{
				ServiceCode: aws.String(offer), FormatVersion: aws.String("aws_v1"), MaxResults: aws.Int32(productPage),
				Filters: filters, NextToken: token,
			})
			if err != nil {
				return nil, nil, err
			}
			for n, text := range out.PriceList {
				if err := documents.Add(text); err != nil {
					return nil, nil, providers.Errorf(providers.ErrUnavailable, op, "product %d of %s: %v", n, offer, err)
				}
			}
			return nil, out.NextToken, nil
		})
		if err != nil {
			return providers.PriceList{}, err
		}
	}
	list, err := p.priceList(op, offer, documents.List())
	list.Location, list.Observed = op+" "+offer, p.clock.Now()
	return prices.Since(edition, list), err
}

// spotSystems are the products of spot instances by the system in the price.
var spotSystems = map[string]string{
	"Linux/UNIX":               "linux",
	"Windows":                  "windows",
	"Red Hat Enterprise Linux": "rhel",
	"SUSE Linux":               "suse",
}

// spotCurrencies are what spot prices are in: the answer does not say.
var spotCurrencies = map[string]string{"aws": "USD", "cn": "CNY"}

// spotKey is what there is one present spot price of.
type spotKey struct{ size, zone, os string }

// spotPrices are the present prices of spot instances in every zone. A span that
// begins and ends now is what the documentation gives for that.
func (p *Provider) spotPrices(ctx context.Context) (providers.PriceList, error) {
	const op = "DescribeSpotPriceHistory"
	now := p.clock.Now()
	in := &sdk.DescribeSpotPriceHistoryInput{StartTime: &now, EndTime: &now, MaxResults: aws.Int32(pageSize)}
	for product := range spotSystems {
		in.ProductDescriptions = append(in.ProductDescriptions, product)
	}
	slices.Sort(in.ProductDescriptions)
	if len(p.settings.Sizes) > 0 {
		in.Filters = []types.Filter{filter("instance-type", p.settings.Sizes...)}
	}
	newest := map[spotKey]int{}
	list := providers.PriceList{Region: p.region, Location: op, Observed: now}
	_, err := pages(op, func(token *string) ([]struct{}, *string, error) {
		in.NextToken = token
		out, err := read(ctx, p.api.DescribeSpotPriceHistory, in)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range out.SpotPriceHistory {
			if err := p.addSpot(&list, newest, row); err != nil {
				return nil, nil, err
			}
		}
		return nil, out.NextToken, nil
	})
	return list, err
}

// addSpot adds a price, or puts it in the place of an older one of the same thing.
func (p *Provider) addSpot(list *providers.PriceList, newest map[spotKey]int, row types.SpotPrice) error {
	os := spotSystems[string(row.ProductDescription)]
	key := spotKey{string(row.InstanceType), value(row.AvailabilityZone), os}
	if os == "" {
		return nil
	}
	amount, err := prices.Amount(list.Location, key.size+" in "+key.zone, value(row.SpotPrice))
	if err != nil {
		return err
	}
	if amount.IsZero() {
		list.Missing++
		return nil
	}
	priced := providers.Price{
		Of: providers.PricedServer, Item: key.size, Zone: key.zone, OS: os, Category: providers.PriceDynamic,
		Amount: amount, Currency: spotCurrencies[partition(p.region)], Unit: "Hours",
		Granularity: 1, Minimum: 60, ValidFrom: value(row.Timestamp),
	}
	at, known := newest[key]
	switch {
	case !known:
		newest[key] = len(list.Prices)
		list.Prices = append(list.Prices, priced)
	case priced.ValidFrom.After(list.Prices[at].ValidFrom):
		list.Prices[at] = priced
	}
	return nil
}
