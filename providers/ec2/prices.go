package ec2

import (
	"cmp"
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"occigate/providers"
	"occigate/providers/ec2/pricelist"
)

// Prices says where the account's prices come from. By default nothing is asked.
type Prices struct {
	// From is "none" (default), "url" for the price lists that AWS publish, "files"
	// for a copy of them on this machine, or "api" for the Pricing API, which
	// needs the permission pricing:GetProducts.
	From string `yaml:"from"`

	// URL is the index of offers. Default: AWS's own for the region's partition,
	// such as https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json.
	URL string `yaml:"url"`

	// Path is a folder with a copy of the lists, in which they lie as under
	// AWS's address (offers/v1.0/aws/index.json and on), or one price list of the
	// region, whose name ends in .json; then Offers names which one.
	Path string `yaml:"path"`

	// Offers are the lists to read. Default: AmazonEC2, AmazonVPC (for public
	// addresses) and AWSDataTransfer.
	Offers []string `yaml:"offers"`

	// Endpoint replaces the address of the Pricing API. Default: AWS's own in
	// us-east-1, in China that in cn-northwest-1.
	Endpoint string `yaml:"endpoint"`

	// Committed reads the prices of reserved instances too. Default: false.
	Committed bool `yaml:"committed"`

	// Spot asks for the prices of spot instances, whatever From says; it needs
	// ec2:DescribeSpotPriceHistory. Default: false.
	Spot bool `yaml:"spot"`

	// Discount is what a contract takes off the list, in percent with at most four
	// decimals: "7.5". Spot prices have none. Default: none.
	Discount string `yaml:"discount"`

	// Every and SpotEvery are how often the sources are asked. Default: 24h, 15m.
	Every     time.Duration `yaml:"every"`
	SpotEvery time.Duration `yaml:"spot_every"`
}

// The values of Prices.From.
const (
	pricesNone  = "none"
	pricesURL   = "url"
	pricesFiles = "files"
	pricesAPI   = "api"
)

// spot is the name of the source of spot prices.
const spot = "spot"

// offersOfEC2 are the lists that have what an EC2 account pays for.
var offersOfEC2 = []string{"AmazonEC2", "AmazonVPC", "AWSDataTransfer"}

func (s *Prices) setDefaults() {
	s.From = cmp.Or(s.From, pricesNone)
	s.Every = cmp.Or(s.Every, 24*time.Hour)
	s.SpotEvery = cmp.Or(s.SpotEvery, 15*time.Minute)
	if len(s.Offers) == 0 {
		s.Offers = offersOfEC2
	}
}

func (s *Prices) validate(refuse func(string, ...any)) {
	if !slices.Contains([]string{pricesNone, pricesURL, pricesFiles, pricesAPI}, s.From) {
		refuse("prices.from must be none, url, files or api, not %q", s.From)
	}
	for _, set := range []struct{ name, value, from string }{
		{"url", s.URL, pricesURL}, {"path", s.Path, pricesFiles}, {"endpoint", s.Endpoint, pricesAPI},
	} {
		if set.value != "" && s.From != set.from {
			refuse("prices.%s belongs to prices.from: %s", set.name, set.from)
		}
	}
	for _, set := range []struct{ name, value string }{{"url", s.URL}, {"endpoint", s.Endpoint}} {
		if u, err := url.Parse(set.value); set.value != "" && (err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https") {
			refuse("prices.%s must be an http or https URL without user and query", set.name)
		}
	}
	if s.From == pricesFiles && s.Path == "" {
		refuse("prices.path is missing")
	}
	if s.single() && len(s.Offers) != 1 {
		refuse("prices.path is one list, so prices.offers must name which one")
	}
	if slices.Contains(s.Offers, spot) || slices.Contains(s.Offers, "") || len(slices.Compact(slices.Sorted(slices.Values(s.Offers)))) < len(s.Offers) {
		refuse("prices.offers names one twice, or one that is none")
	}
	if _, ok := s.discount(); !ok {
		refuse("prices.discount must be a percentage between 0 and 100 with at most four decimals, such as 7.5, not %q", s.Discount)
	}
	if s.Every < time.Minute || s.SpotEvery < time.Minute {
		refuse("prices.every and prices.spot_every are at least one minute")
	}
}

// discount is the discount in millionths.
func (s *Prices) discount() (millionths int64, ok bool) {
	if s.Discount == "" {
		return 0, true
	}
	percent, err := decimal.NewFromString(s.Discount)
	if err != nil || !percent.IsPositive() || !percent.LessThan(decimal.NewFromInt(100)) || !percent.Shift(4).IsInteger() {
		return 0, false
	}
	return percent.Shift(4).IntPart(), true
}

// single reports whether the path is one list and not a folder of them.
func (s *Prices) single() bool { return s.From == pricesFiles && filepath.Ext(s.Path) == ".json" }

// partition is the part of AWS that a region is in, as price lists are told apart:
// China has its own, in its own currency.
func partition(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "cn"
	}
	return "aws"
}

// indexes are where AWS publish the indexes of offers.
var indexes = map[string]string{
	"aws": "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json",
	"cn":  "https://pricing.cn-north-1.amazonaws.com.cn/offers/v1.0/cn/index.json",
}

// PriceSources are the offers and, if they are wanted, the spot prices. Offers are
// the same for every account that reads them at one place for one region; names of
// zones, which spot prices are for, are each account's own.
func (p *Provider) PriceSources() []providers.PriceSource {
	var all []providers.PriceSource
	s := p.settings.Prices
	discount, _ := s.discount()
	for _, offer := range s.Offers {
		if s.From == pricesNone {
			break
		}
		where := cmp.Or(s.URL, s.Path, s.Endpoint, partition(p.region))
		key := []string{"ec2", p.region, offer, s.From, where, p.settings.VolumeType}
		if s.Committed {
			key = append(key, "committed")
		}
		all = append(all, providers.PriceSource{
			Name: offer, Key: strings.Join(key, " "), Region: p.region, Every: s.Every, Local: s.From == pricesFiles, Discount: discount,
		})
	}
	if s.Spot {
		all = append(all, providers.PriceSource{Name: spot, Region: p.region, Every: s.SpotEvery})
	}
	return all
}

// Prices reads one source.
func (p *Provider) Prices(ctx context.Context, source, edition string) (providers.PriceList, error) {
	s := p.settings.Prices
	switch {
	case source == spot && s.Spot:
		return p.spotPrices(ctx)
	case !slices.Contains(s.Offers, source):
	case s.From == pricesURL:
		return p.published(ctx, source, edition)
	case s.From == pricesFiles:
		return p.copied(source, edition)
	case s.From == pricesAPI:
		return p.products(ctx, source, edition)
	}
	return providers.PriceList{}, providers.Errorf(providers.ErrInvalid, "prices", "no prices of %q are configured", source)
}

func (p *Provider) wanted() pricelist.Wanted {
	return pricelist.Wanted{Region: p.region, VolumeType: p.settings.VolumeType, Committed: p.settings.Prices.Committed}
}

// priceList is what an offer says, if it is the one that was wanted and has any
// price of the region.
func (p *Provider) priceList(op, offer string, l pricelist.List) (providers.PriceList, error) {
	switch {
	case l.Offer != offer:
		return providers.PriceList{}, providers.Errorf(providers.ErrUnavailable, op, "the list is of %q, not of %q", l.Offer, offer)
	case len(l.Prices) == 0:
		return providers.PriceList{}, providers.Errorf(providers.ErrUnavailable, op, "%s has no price that could be used in %s", offer, p.region)
	}
	return providers.PriceList{
		Region: p.region, Digest: l.Digest, Observed: l.Published, Prices: l.Prices, Missing: l.Missing,
	}, nil
}
