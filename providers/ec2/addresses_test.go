package ec2

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

const (
	freeAddress     = `<addressesSet><item><publicIp>203.0.113.5</publicIp><allocationId>eipalloc-1</allocationId><tagSet><item><key>occigate:token</key><value>tok</value></item></tagSet></item></addressesSet>`
	assignedAddress = `<addressesSet><item><publicIp>203.0.113.5</publicIp><allocationId>eipalloc-1</allocationId><associationId>eipassoc-1</associationId><instanceId>i-1</instanceId><networkInterfaceId>eni-1</networkInterfaceId></item></addressesSet>`
)

func TestAddressesAreTranslated(t *testing.T) {
	f := newFake(t)
	f.on("DescribeAddresses", ok(freeAddress), ok(assignedAddress))
	p := f.provider()
	for _, want := range []providers.Address{
		{ID: "eipalloc-1", IP: "203.0.113.5", NetworkID: "public", State: "offline", Token: "tok"},
		{ID: "eipalloc-1", IP: "203.0.113.5", NetworkID: "public", ServerID: "i-1", InterfaceID: "eni-1", State: "online"},
	} {
		got, err := p.Addresses(t.Context())
		must(t, err)
		if diff := cmp.Diff([]providers.Address{want}, got); diff != "" {
			t.Errorf("want (-) and got (+) differ:\n%s", diff)
		}
	}
}

func TestCreateAddress(t *testing.T) {
	f := newFake(t)
	f.on("AllocateAddress", ok("<publicIp>203.0.113.5</publicIp><allocationId>eipalloc-1</allocationId>"), refuse("AddressLimitExceeded"))
	p := f.provider()
	got, err := p.CreateAddress(t.Context(), providers.AddressSpec{Token: "tok", NetworkID: "public", IP: "203.0.113.5"})
	must(t, err)
	want := providers.Address{ID: "eipalloc-1", IP: "203.0.113.5", NetworkID: "public", State: "offline", Token: "tok"}
	if got != want {
		t.Errorf("made %+v, want %+v", got, want)
	}
	same(t, map[string]string{
		"Address": "203.0.113.5", "Domain": "vpc", "TagSpecification.1.ResourceType": "elastic-ip",
		"TagSpecification.1.Tag.1.Key": "occigate:token", "TagSpecification.1.Tag.1.Value": "tok",
	}, asked(f.last("AllocateAddress"), "Address", "Domain", "Tag"))
	_, err = p.CreateAddress(t.Context(), providers.AddressSpec{})
	kindIs(t, err, providers.ErrQuota)
	_, err = p.CreateAddress(t.Context(), providers.AddressSpec{NetworkID: "subnet-1"})
	kindIs(t, err, providers.ErrInvalid)
}

func TestAssignAddress(t *testing.T) {
	f := newFake(t)
	f.on("DescribeAddresses", ok(freeAddress)).on("DescribeInstances", ok(instanceXML("running", oneNIC)))
	f.on("AssociateAddress", ok("<associationId>eipassoc-1</associationId>"), refuse("Resource.AlreadyAssociated"))
	p := f.provider()
	got, ticket, err := p.AssignAddress(t.Context(), "eipalloc-1", "i-1")
	must(t, err)
	if ticket != "" || got.ServerID != "i-1" || got.InterfaceID != "eni-1" || got.State != providers.ResourceOnline {
		t.Errorf("assigned %+v with ticket %q", got, ticket)
	}
	form := f.last("AssociateAddress")
	if form.Get("NetworkInterfaceId") != "eni-1" || form.Get("AllowReassociation") != "false" {
		t.Errorf("asked for as %v", form)
	}
	_, _, err = p.AssignAddress(t.Context(), "eipalloc-1", "i-1")
	kindIs(t, err, providers.ErrConflict)
	f.on("DescribeInstances", ok(instanceXML("stopped")))
	_, _, err = p.AssignAddress(t.Context(), "eipalloc-1", "i-1")
	kindIs(t, err, providers.ErrConflict)
	f.on("DescribeAddresses", refuse("InvalidAllocationID.NotFound"))
	_, _, err = p.AssignAddress(t.Context(), "eipalloc-1", "i-1")
	kindIs(t, err, providers.ErrNotFound)
}

func TestAssignAddressToPendingServer(t *testing.T) {
	f := newFake(t)
	f.on("DescribeAddresses", ok(freeAddress)).on("AssociateAddress", ok(""))
	f.on("DescribeInstances", ok(instanceXML("pending")), ok(instanceXML("pending")), ok(instanceXML("running", oneNIC)))
	p := f.provider()
	got, ticket, err := p.AssignAddress(t.Context(), "eipalloc-1", "i-1")
	must(t, err)
	if ticket == "" || got.State != providers.ResourcePending {
		t.Fatalf("assigned %+v with ticket %q", got, ticket)
	}
	for n := range 2 {
		progress, err := p.Poll(t.Context(), ticket)
		must(t, err)
		if ticket = progress.Ticket; (ticket == "") != (n == 1) {
			t.Errorf("after step %d the ticket is %q", n, ticket)
		}
	}
	if f.last("AssociateAddress").Get("AllocationId") != "eipalloc-1" {
		t.Error("the address was not assigned")
	}
}

func TestPendingAssignEnds(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	ticket := p.ticket(step{Op: opAssign, ID: "eipalloc-1", Server: "i-1"})
	// A step that was taken before a crash is not taken twice.
	f.on("DescribeInstances", ok(instanceXML("running", oneNIC))).on("DescribeAddresses", ok(assignedAddress))
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != "" || strings.Contains(f.operations(), "AssociateAddress") {
		t.Errorf("left %q after %s", progress.Ticket, f.operations())
	}
	f.on("DescribeInstances", ok(instanceXML("shutting-down")))
	_, err = p.Poll(t.Context(), ticket)
	kindIs(t, err, providers.ErrConflict)
}

func TestUnassignAndDeleteAddress(t *testing.T) {
	f := newFake(t)
	f.on("DescribeAddresses", ok(assignedAddress), ok(freeAddress)).on("DisassociateAddress", ok(""))
	f.on("ReleaseAddress", refuse("InvalidIPAddress.InUse"), ok(""), refuse("InvalidAllocationID.NotFound"))
	p := f.provider()
	for range 2 {
		_, err := p.UnassignAddress(t.Context(), "eipalloc-1")
		must(t, err)
	}
	if got := f.last("DisassociateAddress").Get("AssociationId"); got != "eipassoc-1" || strings.Count(f.operations(), "DisassociateAddress") != 1 {
		t.Errorf("took off %q in %s", got, f.operations())
	}
	kindIs(t, p.DeleteAddress(t.Context(), "eipalloc-1"), providers.ErrConflict)
	must(t, p.DeleteAddress(t.Context(), "eipalloc-1"))
	kindIs(t, p.DeleteAddress(t.Context(), "eipalloc-1"), providers.ErrNotFound)
}
