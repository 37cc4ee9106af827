package providertest

import (
	"testing"

	"occigate/providers"
)

func identityNamesAccount(t testing.TB, c Cloud) {
	first, err := c.Provider.Identity(t.Context())
	c.ok(t, err, "Identity")
	if first.Account == "" || first.Region == "" {
		t.Errorf("identity %+v: account and region must be there", first)
	}
	again, err := c.Provider.Identity(t.Context())
	c.ok(t, err, "Identity again")
	if again != first {
		t.Errorf("identity changed from %+v to %+v", first, again)
	}
}

func wrongCredentialsDenied(t testing.TB, c Cloud) {
	if c.Denied == nil {
		t.Fatal("the harness has no Denied")
	}
	p := c.Denied(t)
	_, err := p.Identity(t.Context())
	c.refused(t, err, "Identity", providers.ErrDenied)
	_, err = p.Servers(t.Context())
	c.refused(t, err, "Servers", providers.ErrDenied)
	_, err = p.Catalogue(t.Context())
	c.refused(t, err, "Catalogue", providers.ErrDenied)
	_, _, err = p.CreateServer(t.Context(), c.wish(t))
	c.refused(t, err, "CreateServer", providers.ErrDenied)
}

func misspeltSettingRefused(t testing.TB, c Cloud) {
	if c.Misspelt == nil {
		t.Fatal("the harness has no Misspelt")
	}
	err := c.Misspelt()
	if err == nil {
		t.Fatal("a misspelt setting is accepted")
	}
	c.noSecrets(t, err)
}

func catalogueUnique(t testing.TB, c Cloud) {
	cat, err := c.Provider.Catalogue(t.Context())
	c.ok(t, err, "Catalogue")
	if len(cat.Images) == 0 || len(cat.Sizes) == 0 {
		t.Fatalf("%d images and %d sizes: nothing to make servers of", len(cat.Images), len(cat.Sizes))
	}
	ids := map[string]int{}
	for _, i := range cat.Images {
		ids["image "+i.ID]++
		if i.ID == "" || i.Name == "" || i.State == "" {
			t.Errorf("image %+v: id, name and state must be there", i)
		}
	}
	for _, s := range cat.Sizes {
		ids["size "+s.ID]++
		if s.ID == "" || s.Name == "" || s.Cores < 1 || s.MemoryMiB < 1 {
			t.Errorf("size %+v: id, name, cores and memory must be there", s)
		}
	}
	for _, z := range cat.Zones {
		ids["zone "+z.ID]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s is listed %d times", id, n)
		}
	}
}
