package desk_test

import (
	"testing"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// TestHours looks prices up in the samples: of a size as a whole, with and without a
// licence, of one that is sold by its parts, and of one that nobody has priced.
func TestHours(t *testing.T) {
	ireland := inventory.Status{UID: "shop", Cloud: "ec2", Complete: true, Identity: providers.Identity{Region: "eu-west-1"}}
	held := &holdings{accounts: []inventory.Status{ireland, sound("lab")}, name: "t3.micro"}
	d := open(t, desk.Options{Holdings: held, Samples: true})
	for _, c := range []struct{ account, image, size, hour, sku string }{
		{"shop", "debian-12", "t3.micro", "0.0114 USD", "Compute Usage/t3.micro/linux/Standard"},
		{"shop", "Windows_Server-2022", "t3.micro", "0.0206 USD", "Compute Usage/t3.micro/windows/Standard"},
		{"shop", "debian-12", "t3.nano", "", ""}, // is not in the catalogue
		// 1 core x 0.009 + 1 GiB x 0.0035
		{"lab", "", "t3.micro", "0.0125 EUR", "Core Usage/Standard + Memory Usage/Standard"},
		{"nobody", "", "t3.micro", "", ""},
	} {
		hour, ok := d.Hours(c.account, broker.SystemOf(c.image)).Of(c.size)
		if ok != (c.hour != "") || ok && (hour.String() != c.hour || hour.SKU() != c.sku) {
			t.Errorf("%+v: %s, %v", c, hour.Money, ok)
		}
	}
}

// TestEdition is another number only when prices are others.
func TestEdition(t *testing.T) {
	s := openShop(t, "0.01", "one key")
	before := s.Edition()
	s.now = s.now.Add(time.Hour)
	if s.Edition() != before || before == 0 {
		t.Errorf("editions %d and %d of the same prices", before, s.Edition())
	}
}
