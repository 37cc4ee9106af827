package broker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// imageEntry is the price of a size, and of the image i1 as the cloud tells it.
func imageEntry(t *testing.T, change func(*tariff.Spec)) tariff.Entry {
	return entry(t, func(s *tariff.Spec) {
		s.Source.Location = "/grid/image/list"
		s.Prices = append(s.Prices, tariff.Price{Meter: tariff.MeterImage, Size: "i1", Unit: "Hours", ListUnitPrice: tariff.Nanos(5e8, tariff.EUR)})
		if change != nil {
			change(s)
		}
	})
}

// imageAccount has two images of one name, of which i2 is the older one.
func imageAccount(uid string) Account {
	return Account{UID: uid, Cloud: "ec2", Sizes: sizesNamed("a"), Images: []providers.Image{
		{ID: "i2", Name: "CentOS", Created: day.AddDate(-1, 0, 0)}, {ID: "i1", Name: "CentOS", Created: day},
	}}
}

// TestTheImageIsAPart holds that the image is shown with its price and source, and
// that it is the newest of its name.
func TestTheImageIsAPart(t *testing.T) {
	m := Compile([]Account{imageAccount("x")}, []tariff.Entry{imageEntry(t, nil)}, day)
	q, err := m.Quote(Wish{Image: "centos", Hours: 100}, Situation{Now: day})
	if err != nil || len(q.Candidates) != 1 || len(q.Candidates[0].Parts) != 2 {
		t.Fatalf("%+v, %v", q, err)
	}
	c := q.Candidates[0]
	p := c.Parts[1]
	if p.Price.Meter != tariff.MeterImage || p.Price.Size != "i1" || p.From.Tariff.Source().Location != "/grid/image/list" ||
		p.Quantity != (Quantity{100, 1}) || p.Amount != tariff.Nanos(50e9, tariff.EUR) || c.Month != tariff.Nanos(150e9, tariff.EUR) {
		t.Errorf("%+v of %s", p, c.Month)
	}
}

// TestTheVeryImage asks for images by their ids: one is priced, the other is not
// comparable, and the words name it.
func TestTheVeryImage(t *testing.T) {
	m := Compile([]Account{imageAccount("x")}, []tariff.Entry{imageEntry(t, nil)}, day)
	q, err := m.Quote(Wish{ImageID: "i1", Hours: 2}, Situation{Now: day})
	if err != nil || len(q.Candidates) != 1 || q.Candidates[0].Month != tariff.Nanos(3e9, tariff.EUR) {
		t.Errorf("%+v, %v", q, err)
	}
	w := Wish{ImageID: "i2"}
	q, err = m.Quote(w, Situation{Now: day})
	if err != nil || !slices.Equal(q.Rejected, []Count{{ReasonNoImagePrice, 1}}) {
		t.Errorf("%+v, %v", q, err)
	}
	left, err := m.Rejections(w, Situation{Now: day})
	if err != nil || len(left) != 1 || !strings.Contains(left[0].Text, `not comparable: no image price`) || !strings.Contains(left[0].Text, `"i2"`) {
		t.Errorf("%+v, %v", left, err)
	}
}

// TestAnImagePriceThatHasEnded is no price, and the image is not free.
func TestAnImagePriceThatHasEnded(t *testing.T) {
	ended := imageEntry(t, func(s *tariff.Spec) { s.Prices[1].ValidTo = day })
	m := Compile([]Account{imageAccount("x")}, []tariff.Entry{ended}, day)
	q, err := m.Quote(Wish{Image: "centos"}, Situation{Now: day})
	if err != nil || len(q.Candidates) != 0 || !slices.Equal(q.Rejected, []Count{{ReasonNoImagePrice, 1}}) {
		t.Errorf("%+v, %v", q, err)
	}
}

// TestImagesAreOfTheirAccounts has accounts with equal sizes and prices: one with a
// discount on images, and one in which another image of the name is the newest.
func TestImagesAreOfTheirAccounts(t *testing.T) {
	list := imageEntry(t, func(s *tariff.Spec) {
		s.Prices = append(s.Prices, s.Prices[1])
		s.Prices[2].Size, s.Prices[2].ListUnitPrice = "i2", tariff.Nanos(7e8, tariff.EUR)
		s.Discounts = []tariff.Discount{{Accounts: []string{"y"}, Meters: []tariff.Meter{tariff.MeterImage}, Millionths: 200_000}}
	})
	accounts := []Account{imageAccount("x"), imageAccount("y"), imageAccount("z")}
	accounts[2].Images[0].Created = day.Add(time.Hour)
	q, err := Compile(accounts, []tariff.Entry{list}, day).Quote(Wish{Image: "centos", Hours: 10}, Situation{Now: day})
	if err != nil || len(q.Candidates) != 3 {
		t.Fatalf("%+v, %v", q, err)
	}
	want := map[string]int64{"x": 15e9, "y": 14e9, "z": 17e9} // 10 + 10 x 0.5, x 0.4, x 0.7
	for _, c := range q.Candidates {
		if c.Month != tariff.Nanos(want[c.Account], tariff.EUR) {
			t.Errorf("%s: %s", c.Account, c.Month)
		}
	}
}
