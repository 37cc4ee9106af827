package providertest

import (
	"context"
	"testing"

	"occigate/providers"
)

// address reserves one and gives it back after the case.
func (c Cloud) address(t testing.TB) providers.Address {
	t.Helper()
	maker := c.Provider.(providers.AddressMaker)
	a, err := maker.CreateAddress(t.Context(), providers.AddressSpec{Token: newToken(), NetworkID: c.Pool})
	c.ok(t, err, "CreateAddress")
	t.Cleanup(func() {
		if err := maker.DeleteAddress(context.Background(), a.ID); err != nil && providers.Kind(err) != providers.ErrNotFound {
			t.Logf("clean up: %v", err)
		}
	})
	if a.ID == "" || a.IP == "" || a.ServerID != "" {
		t.Fatalf("address %+v: must have id and IP and no server yet", a)
	}
	return a
}

// addressRow reads an address from the listing.
func (c Cloud) addressRow(t testing.TB, id string) (providers.Address, bool) {
	t.Helper()
	rows, err := c.Provider.(providers.AddressLister).Addresses(t.Context())
	c.ok(t, err, "Addresses")
	for _, a := range rows {
		if a.ID == id {
			return a, true
		}
	}
	return providers.Address{}, false
}

func addressLifeCycle(t testing.TB, c Cloud) {
	maker := c.Provider.(providers.AddressMaker)
	a := c.address(t)
	if row, there := c.addressRow(t, a.ID); !there || row.IP != a.IP {
		t.Errorf("reserved address %s is listed as %+v", a.IP, row)
	}
	c.ok(t, maker.DeleteAddress(t.Context(), a.ID), "DeleteAddress")
	c.until(t, "address is given back", func() bool {
		_, there := c.addressRow(t, a.ID)
		return !there
	})
	c.refused(t, maker.DeleteAddress(t.Context(), c.unknown("address")), "DeleteAddress of an unknown one", providers.ErrNotFound)
}

func addressAssigned(t testing.TB, c Cloud) {
	assigner := c.Provider.(providers.AddressAssigner)
	s, a := c.pluggable(t, c.running(t)), c.address(t)
	_, ticket, err := assigner.AssignAddress(t.Context(), a.ID, s.ID)
	c.ok(t, err, "AssignAddress")
	c.finish(t, ticket)
	c.until(t, "address is assigned", func() bool {
		row, there := c.addressRow(t, a.ID)
		return there && row.ServerID == s.ID
	})
	ticket, err = assigner.UnassignAddress(t.Context(), a.ID)
	c.ok(t, err, "UnassignAddress")
	c.finish(t, ticket)
	c.until(t, "address is free", func() bool {
		row, there := c.addressRow(t, a.ID)
		return there && row.ServerID == ""
	})
	_, _, err = assigner.AssignAddress(t.Context(), c.unknown("address"), s.ID)
	c.refused(t, err, "AssignAddress of an unknown one", providers.ErrNotFound)
}
