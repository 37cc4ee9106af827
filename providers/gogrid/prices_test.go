package gogrid_test

import (
	"strconv"
	"strings"
	"testing"

	"occigate/providers"
	cloudsim "occigate/test/cloudsim/gogrid"
)

// TestImagePrices reads what images carry: exactly, and a zero is no price.
func TestImagePrices(t *testing.T) {
	s := newSite(t, cloudsim.Options{}) // with an image that carries 0
	windows := s.AddImage(cloudsim.Image{Name: "windows2008r2_64_sql", Public: true, Price: "0.1250000000000000000001"})
	s.AddImage(cloudsim.Image{Name: "far", Public: true, Price: "7", Datacenters: []cloudsim.Option{cloudsim.EUWest1}})
	p := s.adapter(t, s.settings()+"image_prices: USD\n")
	sources := p.PriceSources()
	if len(sources) != 1 || sources[0].Key != "" || sources[0].Local {
		t.Fatalf("%+v", sources)
	}
	list, err := p.Prices(t.Context(), sources[0].Name, "")
	if err != nil || len(list.Prices) != 1 || list.Missing != 1 || list.Region != "US-West-1" || !list.Observed.Equal(s.Now()) {
		t.Fatalf("%+v, %v", list, err)
	}
	price := list.Prices[0]
	if price.Of != providers.PricedImage || price.Item != strconv.Itoa(windows.ID) || price.Amount.String() != "0.1250000000000000000001" || price.Currency != "USD" || price.Unit != "Hours" {
		t.Errorf("%+v", price)
	}
	again, err := p.Prices(t.Context(), sources[0].Name, list.Edition)
	if err != nil || !again.Unchanged || again.Prices != nil {
		t.Errorf("%+v, %v", again, err)
	}
	s.AddImage(cloudsim.Image{Name: "odd", Public: true, Price: "-1"})
	if _, err := p.Prices(t.Context(), sources[0].Name, ""); providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), `"-1" is no price`) {
		t.Errorf("a negative price: %v", err)
	}
}

func TestImagePricesAreNotReadByDefault(t *testing.T) {
	p := newSite(t, cloudsim.Options{}).adapter(t, "api_key: k\nsecret: s\ndatacenter: US-West-1\n")
	if len(p.PriceSources()) != 0 {
		t.Error("there are sources")
	}
	if _, err := p.Prices(t.Context(), "images", ""); providers.Kind(err) != providers.ErrInvalid {
		t.Error(err)
	}
}
