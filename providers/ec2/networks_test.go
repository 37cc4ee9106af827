package ec2

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

const (
	subnetItem = `<item><subnetId>subnet-1</subnetId><state>available</state><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock><availabilityZone>z1</availabilityZone>
<mapPublicIpOnLaunch>true</mapPublicIpOnLaunch><ownerId>111122223333</ownerId><tagSet><item><key>Name</key><value>front</value></item><item><key>occigate:token</key><value>tok</value></item></tagSet></item>`
	vpcItem = `<vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><isDefault>true</isDefault></item></vpcSet>`
)

func TestNetworksAreTranslated(t *testing.T) {
	f := newFake(t)
	f.on("DescribeSubnets",
		ok("<subnetSet>"+subnetItem+"</subnetSet><nextToken>p2</nextToken>"),
		ok(`<subnetSet><item><subnetId>subnet-2</subnetId><state>pending</state><ownerId>999900001111</ownerId>
<ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/64</ipv6CidrBlock></item></ipv6CidrBlockAssociationSet></item></subnetSet>`))
	p := f.provider()
	got, err := p.Networks(t.Context())
	must(t, err)
	want := []providers.Network{
		{ID: "public", Name: "public", State: "online", Dynamic: true, Public: true, External: true, AtCreate: true, Shared: true},
		{ID: "subnet-1", Name: "front", Zone: "z1", CIDR: "10.0.0.0/24", Gateway: "10.0.0.1", Dynamic: true, Public: true, State: "online", NativeState: "available", Token: "tok"},
		{ID: "subnet-2", CIDR: "2001:db8::/64", Dynamic: true, Shared: true, State: "pending", NativeState: "pending"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
	if _, err := p.Networks(t.Context()); err != nil || strings.Count(f.operations(), "GetCallerIdentity") != 1 {
		t.Errorf("the account was asked for more than once (%v): %s", err, f.operations())
	}
}

func TestNetworkByID(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	n, err := p.Network(t.Context(), "public")
	must(t, err)
	if !n.External || f.operations() != "" {
		t.Errorf("%+v after %q", n, f.operations())
	}
	for _, answer := range []reply{refuse("InvalidSubnetID.NotFound"), ok("<subnetSet/>")} {
		f.on("DescribeSubnets", answer)
		_, err = p.Network(t.Context(), "subnet-1")
		kindIs(t, err, providers.ErrNotFound)
	}
}

func TestCreateNetwork(t *testing.T) {
	created := ok("<subnet>" + strings.TrimSuffix(strings.TrimPrefix(subnetItem, "<item>"), "</item>") + "</subnet>")
	for _, c := range []struct {
		name string
		spec providers.NetworkSpec
		want map[string]string
	}{
		{"of its own choice", providers.NetworkSpec{}, map[string]string{"VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}},
		{
			"as asked for",
			providers.NetworkSpec{Token: "tok", Name: "front", CIDR: "10.0.9.0/28", Gateway: "10.0.9.1", Zone: "z2"},
			map[string]string{
				"VpcId": "vpc-1", "CidrBlock": "10.0.9.0/28", "AvailabilityZone": "z2", "TagSpecification.1.ResourceType": "subnet",
				"TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "front",
				"TagSpecification.1.Tag.2.Key": "occigate:token", "TagSpecification.1.Tag.2.Value": "tok",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.on("DescribeVpcs", ok(vpcItem)).on("DescribeSubnets", ok("<subnetSet>"+subnetItem+"</subnetSet>")).on("CreateSubnet", created)
			n, _, err := f.provider().CreateNetwork(t.Context(), c.spec)
			must(t, err)
			if n.ID != "subnet-1" || n.Shared {
				t.Errorf("made %+v", n)
			}
			same(t, c.want, asked(f.last("CreateSubnet"), "Vpc", "Cidr", "Avail", "Tag"))
		})
	}
}

func TestSecondRangeOfAVPCIsUsed(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVpcs", ok(`<vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock><cidrBlockAssociationSet>
<item><cidrBlock>10.0.0.0/24</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item>
<item><cidrBlock>10.5.0.0/24</cidrBlock><cidrBlockState><state>disassociated</state></cidrBlockState></item>
<item><cidrBlock>10.6.0.0/24</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item></cidrBlockAssociationSet></item></vpcSet>`))
	f.on("DescribeSubnets", ok("<subnetSet>"+subnetItem+"</subnetSet>"), ok("<subnetSet>"+subnetItem+strings.ReplaceAll(subnetItem, "10.0.0.0", "10.6.0.0")+"</subnetSet>"))
	f.on("CreateSubnet", ok("<subnet><subnetId>subnet-9</subnetId></subnet>"))
	p := f.provider("vpc: vpc-1")
	_, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{})
	must(t, err)
	if got := f.last("CreateSubnet").Get("CidrBlock"); got != "10.6.0.0/24" {
		t.Errorf("range is %s", got)
	}
	if got := f.last("DescribeVpcs").Get("VpcId.1"); got != "vpc-1" {
		t.Errorf("VPC asked for is %q", got)
	}
	_, _, err = p.CreateNetwork(t.Context(), providers.NetworkSpec{})
	kindIs(t, err, providers.ErrQuota)
}

func TestNetworksThatCannotBeMade(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	f.on("DescribeVpcs", ok("<vpcSet/>"))
	_, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{CIDR: "10.0.0.0/24"})
	kindIs(t, err, providers.ErrConflict)
	if err == nil || !strings.Contains(err.Error(), "set vpc") {
		t.Errorf("the error does not say what to configure: %v", err)
	}
	f.on("DescribeVpcs", ok(vpcItem))
	for _, spec := range []providers.NetworkSpec{{VLAN: 7}, {Static: true}, {CIDR: "10.0.0.0/24", Gateway: "10.0.0.9"}} {
		_, _, err := p.CreateNetwork(t.Context(), spec)
		kindIs(t, err, providers.ErrUnsupported)
	}
	f.on("CreateSubnet", refuse("InvalidSubnet.Conflict"))
	_, _, err = p.CreateNetwork(t.Context(), providers.NetworkSpec{CIDR: "10.0.0.0/24"})
	kindIs(t, err, providers.ErrConflict)
}

func TestPublicNetworkIsWholeOrNotThere(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVpcs", ok(vpcItem)).on("CreateSubnet", ok("<subnet><subnetId>subnet-9</subnetId></subnet>"))
	f.on("ModifySubnetAttribute", ok(""), refuse("UnauthorizedOperation")).on("DeleteSubnet", ok(""))
	p := f.provider()
	spec := providers.NetworkSpec{CIDR: "10.0.0.0/24", Public: true}
	n, _, err := p.CreateNetwork(t.Context(), spec)
	must(t, err)
	if !n.Public || f.last("ModifySubnetAttribute").Get("MapPublicIpOnLaunch.Value") != "true" {
		t.Errorf("made %+v", n)
	}
	_, _, err = p.CreateNetwork(t.Context(), spec)
	kindIs(t, err, providers.ErrDenied)
	if got := f.last("DeleteSubnet").Get("SubnetId"); got != "subnet-9" {
		t.Errorf("deleted %q", got)
	}
}

func TestDeleteNetwork(t *testing.T) {
	f := newFake(t)
	f.on("DeleteSubnet", ok(""), refuse("DependencyViolation"))
	p := f.provider()
	_, err := p.DeleteNetwork(t.Context(), "subnet-1")
	must(t, err)
	_, err = p.DeleteNetwork(t.Context(), "subnet-1")
	kindIs(t, err, providers.ErrConflict)
	_, err = p.DeleteNetwork(t.Context(), "public")
	kindIs(t, err, providers.ErrUnsupported)
}

const madeNIC = `<networkInterface><networkInterfaceId>eni-9</networkInterfaceId><subnetId>subnet-2</subnetId><macAddress>02:00:00:00:00:09</macAddress><privateIpAddress>10.0.1.9</privateIpAddress></networkInterface>`

func TestAttachInterface(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok(instanceXML("running", oneNIC))).on("CreateNetworkInterface", ok(madeNIC)).on("AttachNetworkInterface", ok("<attachmentId>eni-attach-9</attachmentId>"))
	p := f.provider("security_groups: [sg-1]")
	got, ticket, err := p.AttachInterface(t.Context(), providers.InterfaceSpec{Token: "tok", ServerID: "i-1", NetworkID: "subnet-2", IP: "10.0.1.9"})
	must(t, err)
	want := providers.Interface{ID: "eni-9", ServerID: "i-1", NetworkID: "subnet-2", Device: "eth1", MAC: "02:00:00:00:00:09", IP: "10.0.1.9", Static: true, State: "pending", NativeState: "attaching"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
	same(t, map[string]string{
		"ClientToken": "tok", "SubnetId": "subnet-2", "PrivateIpAddress": "10.0.1.9", "SecurityGroupId.1": "sg-1",
		"TagSpecification.1.ResourceType": "network-interface", "TagSpecification.1.Tag.1.Key": "occigate:token", "TagSpecification.1.Tag.1.Value": "tok",
	}, asked(f.last("CreateNetworkInterface"), "ClientToken", "Subnet", "Private", "Sec", "Tag"))

	nic := func(status string) reply {
		return ok("<networkInterfaceSet><item><networkInterfaceId>eni-9</networkInterfaceId><attachment><attachmentId>eni-attach-9</attachmentId><status>" + status + "</status></attachment></item></networkInterfaceSet>")
	}
	f.on("DescribeNetworkInterfaces", nic("attaching"), nic("attached")).on("ModifyNetworkInterfaceAttribute", ok(""))
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket == "" || strings.Contains(f.operations(), "Modify") {
		t.Errorf("bound too early: %+v", progress)
	}
	progress, err = p.Poll(t.Context(), progress.Ticket)
	must(t, err)
	form := f.last("ModifyNetworkInterfaceAttribute")
	if progress.Ticket != "" || form.Get("Attachment.DeleteOnTermination") != "true" || form.Get("Attachment.AttachmentId") != "eni-attach-9" {
		t.Errorf("left %q, asked for %v", progress.Ticket, form)
	}
}

func TestFailedAttachLeavesNoInterface(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok(instanceXML("running", oneNIC))).on("CreateNetworkInterface", ok(madeNIC))
	f.on("AttachNetworkInterface", refuse("AttachmentLimitExceeded")).on("DeleteNetworkInterface", ok(""))
	_, _, err := f.provider().AttachInterface(t.Context(), providers.InterfaceSpec{ServerID: "i-1", NetworkID: "subnet-2"})
	kindIs(t, err, providers.ErrQuota)
	if got := f.last("DeleteNetworkInterface").Get("NetworkInterfaceId"); got != "eni-9" {
		t.Errorf("deleted %q", got)
	}
}

// The same token gives the interface that was made before, attached already.
func TestRepeatedAttachInterface(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok(instanceXML("running", strings.ReplaceAll(oneNIC, "eni-1", "eni-9"))))
	f.on("CreateNetworkInterface", ok(madeNIC))
	_, ticket, err := f.provider().AttachInterface(t.Context(), providers.InterfaceSpec{Token: "tok", ServerID: "i-1", NetworkID: "subnet-2"})
	must(t, err)
	if ticket == "" {
		t.Error("the interface would outlive the server")
	}
}

func TestInterfacesThatCannotBe(t *testing.T) {
	p := newFake(t).provider()
	for _, c := range []struct {
		spec providers.InterfaceSpec
		want error
	}{
		{providers.InterfaceSpec{ServerID: "i-1", NetworkID: "public"}, providers.ErrUnsupported},
		{providers.InterfaceSpec{ServerID: "i-1", NetworkID: "subnet-1", MAC: "02:00:00:00:00:01"}, providers.ErrUnsupported},
		{providers.InterfaceSpec{ServerID: "i-1"}, providers.ErrInvalid},
		{providers.InterfaceSpec{NetworkID: "subnet-1"}, providers.ErrNotFound},
	} {
		_, _, err := p.AttachInterface(t.Context(), c.spec)
		kindIs(t, err, c.want)
	}
}

func TestDetachInterface(t *testing.T) {
	second := strings.ReplaceAll(strings.ReplaceAll(oneNIC, "eni-1", "eni-9"), "<deviceIndex>0", "<deviceIndex>1")
	both := strings.Replace(oneNIC, "</networkInterfaceSet>", strings.TrimPrefix(second, "<networkInterfaceSet>"), 1)
	f := newFake(t)
	f.on("DescribeInstances", ok(instanceXML("running", both))).on("DetachNetworkInterface", ok("<return>true</return>"))
	p := f.provider()
	for id, want := range map[string]error{
		"eni-1": providers.ErrConflict, "eni-1:public": providers.ErrConflict, "eni-7": providers.ErrNotFound, "": providers.ErrNotFound,
	} {
		_, err := p.DetachInterface(t.Context(), "i-1", id)
		kindIs(t, err, want)
	}
	ticket, err := p.DetachInterface(t.Context(), "i-1", "eni-9")
	must(t, err)
	if got := f.last("DetachNetworkInterface").Get("AttachmentId"); got != "eni-attach-1" {
		t.Errorf("detached %q", got)
	}

	nic := func(status, tags string) reply {
		return ok("<networkInterfaceSet><item><networkInterfaceId>eni-9</networkInterfaceId><status>" + status + "</status><tagSet>" + tags + "</tagSet></item></networkInterfaceSet>")
	}
	ours := "<item><key>occigate:token</key><value>tok</value></item>"
	f.on("DescribeNetworkInterfaces", nic("in-use", ours))
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != ticket {
		t.Errorf("ticket became %q", progress.Ticket)
	}
	// What others made is kept.
	f.on("DescribeNetworkInterfaces", nic("available", ""))
	progress, err = p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != "" || strings.Contains(f.operations(), "DeleteNetworkInterface") {
		t.Errorf("left %q after %s", progress.Ticket, f.operations())
	}
	f.on("DescribeNetworkInterfaces", nic("available", ours)).on("DeleteNetworkInterface", ok(""))
	progress, err = p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != "" || f.last("DeleteNetworkInterface").Get("NetworkInterfaceId") != "eni-9" {
		t.Errorf("left %q", progress.Ticket)
	}
	f.on("DescribeNetworkInterfaces", refuse("InvalidNetworkInterfaceID.NotFound"))
	progress, err = p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != "" {
		t.Errorf("left %q", progress.Ticket)
	}
}
