package desk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

func machine(id string, state providers.State, size string, diskGiB int) *inventory.Item {
	return &inventory.Item{
		ID: id, UID: "lab", Cloud: "openstack", Kind: inventory.KindServer,
		Server: &providers.Server{ID: id, State: state, SizeID: size, DiskGiB: float64(diskGiB)},
	}
}

func volume(id string, gib int, state providers.ResourceState) *inventory.Item {
	return &inventory.Item{
		ID: id, UID: "lab", Cloud: "openstack", Kind: inventory.KindVolume,
		Volume: &providers.Volume{ID: id, SizeGiB: float64(gib), State: state},
	}
}

// atLaunch knows of one machine what was agreed.
func atLaunch(it *inventory.Item) (desk.Cost, bool) {
	return desk.Cost{Hour: tariff.Nanos(5_000_000, tariff.EUR), Basis: desk.BasisLaunch}, it.ID == "agreed" || it.ID == "agreed, stopped"
}

// costsOf shows each cost in a line.
func costsOf(d *desk.Desk) map[string]string {
	got := map[string]string{}
	for _, c := range d.Costs(atLaunch) {
		text := c.Hour.String() + " " + string(c.Basis)
		if c.Why != "" {
			text = c.Why
		}
		got[c.Item.ID+"/"+string(c.Of)] = text
	}
	return got
}

// TestCosts works out what stands in a rate card: 0.01 an hour for a machine, 0.073
// a month of 730 hours for a GiB, 0.002 an hour for an address.
func TestCosts(t *testing.T) {
	address := &inventory.Item{ID: "address", UID: "lab", Kind: inventory.KindReservation, Address: &providers.Address{}}
	held := &holdings{accounts: []inventory.Status{sound("lab")}, items: []*inventory.Item{
		machine("runs", providers.StateActive, "small", 20), // its disk is in the price of the size
		machine("starts", providers.StatePending, "small", 0),
		machine("stopped", providers.StateInactive, "small", 20),
		machine("broken", providers.StateError, "small", 0),
		machine("agreed", providers.StateActive, "small", 0),
		machine("agreed, stopped", providers.StateInactive, "small", 0),
		machine("agreed, broken", providers.StateUnknown, "small", 0),
		machine("goes", providers.StateDeleting, "small", 0),
		machine("odd", providers.StateActive, "huge", 0),
		machine("sizeless", providers.StateActive, "", 0),
		volume("disk", 73, providers.ResourceOnline),
		volume("gone", 73, providers.ResourceDeleting),
		address,
		{ID: "floating", UID: "lab", Kind: inventory.KindAddress, Address: &providers.Address{}},
		{ID: "assigned", UID: "lab", Kind: inventory.KindAddress, Through: inventory.KindReservation, Address: &providers.Address{}},
		{ID: "elsewhere", UID: "other", Kind: inventory.KindReservation, Address: &providers.Address{}},
	}}
	path := filepath.Join(t.TempDir(), "card.yaml")
	if err := os.WriteFile(path, []byte(card("0.01")), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, desk.Options{Holdings: held, Cards: []string{path}})
	const unsaid, unsure = "nobody has said what it costs", "nobody can say whether it is charged in this state"
	want := map[string]string{
		"runs/Compute Usage": "0.01 EUR now", "starts/Compute Usage": "0.01 EUR now", "stopped/Compute Usage": "0 EUR now",
		"broken/Compute Usage": unsure, "agreed/Compute Usage": "0.005 EUR launch", "agreed, stopped/Compute Usage": "0 EUR launch",
		"agreed, broken/Compute Usage": unsure, "odd/Compute Usage": unsaid, "sizeless/Compute Usage": "it has no size of the catalogue",
		"disk/Block Volume Usage":  "0.0073 EUR now", // 73 x 0.073 / 730
		"address/IP Address Usage": "0.002 EUR now", "floating/IP Address Usage": "0.002 EUR now", "elsewhere/IP Address Usage": unsaid,
	}
	if diff := cmp.Diff(want, costsOf(d)); diff != "" {
		t.Error(diff)
	}
	// 0.01 + 0.01 + 0.005 + 0.0073 + 2 x 0.002, and at rest 2; of 13 things 5 are unknown
	total, err := d.Sum(d.Costs(atLaunch), tariff.EUR)
	if err != nil || total.Hour.String() != "0.0363 EUR" || total.Things != 13 || total.Unknown != 5 || total.AtLaunch != 2 || total.Sample {
		t.Errorf("%+v, %v", total, err)
	}
	if total, err = d.Sum(d.Costs(atLaunch), tariff.USD); err != nil || total.Hour.Known() || total.Missing == "" || total.By[0].String() != "0.0363 EUR" {
		t.Errorf("without a rate: %+v, %v", total, err)
	}
}

// TestIncludedAddresses has sizes that come with one address: the first of each machine
// costs nothing, whether that runs or not, and no other one does.
func TestIncludedAddresses(t *testing.T) {
	address := func(id, uid, server string, kind inventory.Kind) *inventory.Item {
		return &inventory.Item{ID: id, UID: uid, Kind: kind, Address: &providers.Address{ServerID: server}}
	}
	held := &holdings{accounts: []inventory.Status{sound("lab"), sound("works")}, items: []*inventory.Item{
		machine("runs", providers.StateActive, "small", 0), machine("stopped", providers.StateInactive, "small", 0),
		address("first", "lab", "runs", inventory.KindReservation), address("second", "lab", "runs", inventory.KindReservation),
		address("of stopped", "lab", "stopped", inventory.KindAddress), address("free", "lab", "", inventory.KindReservation),
		address("of another", "works", "runs", inventory.KindReservation),
	}}
	path := filepath.Join(t.TempDir(), "card.yaml")
	text := strings.Replace(card("0.01"), "price: 0.01}", "price: 0.01, includes: {addresses: 1}}", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, desk.Options{Holdings: held, Cards: []string{path}})
	want := map[string]string{
		"runs/Compute Usage": "0.01 EUR now", "stopped/Compute Usage": "0 EUR now",
		"first/IP Address Usage": "0 EUR now", "second/IP Address Usage": "0.002 EUR now",
		"of stopped/IP Address Usage": "0 EUR now", "free/IP Address Usage": "0.002 EUR now",
		"of another/IP Address Usage": "0.002 EUR now",
	}
	if diff := cmp.Diff(want, costsOf(d)); diff != "" {
		t.Error(diff)
	}
	for _, c := range d.Costs(atLaunch) {
		if free := c.Item.ID == "first" || c.Item.ID == "of stopped"; free != (c.Zero == tariff.ZeroIncluded) {
			t.Errorf("%s costs nothing because %q", c.Item.ID, c.Zero)
		}
	}
}

func attached(id, server, volume string) *inventory.Item {
	return &inventory.Item{ID: id, UID: "lab", Kind: inventory.KindAttachment, Source: server, Target: volume}
}

// from makes a machine one of an image.
func from(image string, it *inventory.Item) *inventory.Item {
	it.Server.ImageID = image
	return it
}

// TestOwnDisksAreChargedOnce has a cloud that sells parts: a machine's own disk is
// charged beside it, unless it is among the volumes or a volume is in its place.
func TestOwnDisksAreChargedOnce(t *testing.T) {
	held := &holdings{accounts: []inventory.Status{sound("lab")}, items: []*inventory.Item{
		from("i", machine("alone", providers.StateInactive, "small", 20)), machine("booted", providers.StateActive, "small", 20),
		from("i", machine("beside", providers.StateActive, "small", 20)),
		volume("root", 25, providers.ResourceOnline), volume("data", 20, providers.ResourceOnline),
		attached("a", "booted", "root"), attached("b", "beside", "data"),
	}, diskGiB: 20}
	d := open(t, desk.Options{Holdings: held, Samples: true})
	want := map[string]string{
		// 1 core x 0.009 + 1 GiB x 0.0035
		"alone/Compute Usage": "0 EUR now", "booted/Compute Usage": "0.0125 EUR now", "beside/Compute Usage": "0.0125 EUR now",
		// 20 x 0.06 / 730 = 0.00164383561..., 25 x 0.06 / 730 = 0.00205479452...
		"alone/Block Volume Usage": "0.001643836 EUR now", "beside/Block Volume Usage": "0.001643836 EUR now",
		"root/Block Volume Usage": "0.002054795 EUR now", "data/Block Volume Usage": "0.001643836 EUR now",
	}
	if diff := cmp.Diff(want, costsOf(d)); diff != "" {
		t.Error(diff)
	}
	total, err := d.Sum(d.Costs(atLaunch), tariff.USD)
	// 2 x 0.0125 + 3 x 0.001643836 + 0.002054795 = 0.031986303 EUR, x 1.10 = 0.0351849333
	if err != nil || total.Hour.String() != "0.035184933 USD" || !total.Sample || len(total.Rates) != 1 {
		t.Errorf("%+v, %v", total, err)
	}
	held.listed = true
	d = open(t, desk.Options{Holdings: held, Samples: true})
	if got := costsOf(d); got["alone/Block Volume Usage"] != "" || got["beside/Block Volume Usage"] != "" || got["data/Block Volume Usage"] == "" {
		t.Errorf("where own disks are volumes: %v", got)
	}
}

// TestTheDiskOfASizeIsFree has a size of 20 GiB whose price is one for the whole, and a
// cloud that lists this disk among the volumes: of what a machine has attached, the
// volume of that length or else the first 20 GiB cost nothing, whether it runs or not.
func TestTheDiskOfASizeIsFree(t *testing.T) {
	held := &holdings{accounts: []inventory.Status{sound("lab")}, items: []*inventory.Item{
		machine("runs", providers.StateActive, "small", 0), machine("stopped", providers.StateInactive, "small", 0),
		machine("odd", providers.StateActive, "huge", 0),
		volume("data", 73, providers.ResourceOnline), volume("root", 20, providers.ResourceOnline),
		volume("part", 12, providers.ResourceOnline), volume("rest", 81, providers.ResourceOnline),
		volume("free", 20, providers.ResourceOnline), volume("of odd", 20, providers.ResourceOnline),
		attached("a", "runs", "data"), attached("b", "runs", "root"), attached("c", "stopped", "part"), attached("d", "stopped", "rest"),
		attached("e", "odd", "of odd"),
	}, diskGiB: 20, listed: true}
	path := filepath.Join(t.TempDir(), "card.yaml")
	if err := os.WriteFile(path, []byte(card("0.01")), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, desk.Options{Holdings: held, Cards: []string{path}})
	want := map[string]string{ // a GiB is 0.073 / 730 = 0.0001 an hour
		"runs/Compute Usage": "0.01 EUR now", "stopped/Compute Usage": "0 EUR now", "odd/Compute Usage": "nobody has said what it costs",
		"data/Block Volume Usage": "0.0073 EUR now", "root/Block Volume Usage": "0 EUR now",
		"part/Block Volume Usage": "0 EUR now", "rest/Block Volume Usage": "0.0073 EUR now", // 12 + 81 - 20
		"free/Block Volume Usage": "0.002 EUR now", "of odd/Block Volume Usage": "0.002 EUR now",
	}
	if diff := cmp.Diff(want, costsOf(d)); diff != "" {
		t.Error(diff)
	}
	for _, c := range d.Costs(atLaunch) {
		if free := c.Item.ID == "root" || c.Item.ID == "part"; free != (c.Zero == tariff.ZeroIncluded) {
			t.Errorf("%s costs nothing because %q", c.Item.ID, c.Zero)
		}
	}
	held.listed = false // then the disk is the machine's own, and these are others
	d = open(t, desk.Options{Holdings: held, Cards: []string{path}})
	if got := costsOf(d)["root/Block Volume Usage"]; got != "0.002 EUR now" {
		t.Errorf("a volume beside the disk of the size: %s", got)
	}
}

// TestImagesAreCharged has a cloud whose images cost something: they are charged
// beside the size while the machine runs, and are unknown where nobody has said so.
func TestImagesAreCharged(t *testing.T) {
	held := &holdings{accounts: []inventory.Status{sound("lab")}, items: []*inventory.Item{
		from("rhel", machine("runs", providers.StateActive, "small", 0)),
		from("rhel", machine("stopped", providers.StateInactive, "small", 0)),
		from("rhel", machine("agreed", providers.StateActive, "small", 0)),
		from("rhel", machine("broken", providers.StateError, "small", 0)),
		from("free", machine("free", providers.StateActive, "small", 0)),
		from("other", machine("other", providers.StateActive, "small", 0)),
		from("rhel", machine("goes", providers.StateDeleting, "small", 0)),
	}}
	path := filepath.Join(t.TempDir(), "card.yaml")
	text := card("0.01") + "  - {meter: image, size: rhel, unit: Hours, price: 0.03}\n  - {meter: image, size: free, unit: Hours, price: 0, zero: free}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, desk.Options{Holdings: held, Cards: []string{path}})
	const unsaid, unsure = "nobody has said what it costs", "nobody can say whether it is charged in this state"
	want := map[string]string{
		"runs/Compute Usage": "0.01 EUR now", "runs/Image Usage": "0.03 EUR now",
		"stopped/Compute Usage": "0 EUR now", "stopped/Image Usage": "0 EUR now",
		"agreed/Compute Usage": "0.005 EUR launch", "agreed/Image Usage": "0.03 EUR now",
		"broken/Compute Usage": unsure, "broken/Image Usage": unsure,
		"free/Compute Usage": "0.01 EUR now", "free/Image Usage": "0 EUR now",
		"other/Compute Usage": "0.01 EUR now", "other/Image Usage": unsaid,
	}
	if diff := cmp.Diff(want, costsOf(d)); diff != "" {
		t.Error(diff)
	}
	// 3 x 0.01 + 0.005 + 2 x 0.03; two of the one in error and an image are unknown
	total, err := d.Sum(d.Costs(atLaunch), tariff.EUR)
	if err != nil || total.Hour.String() != "0.095 EUR" || total.Unknown != 3 {
		t.Errorf("%+v, %v", total, err)
	}
}
