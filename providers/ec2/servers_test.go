package ec2

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// fullItem is an instance with everything that the adapter reads, in the form
// of the example of DescribeInstances in the API Reference.
const fullItem = `<imageId>ami-1</imageId><privateDnsName>ip-10-0-0-5.eu-central-1.compute.internal</privateDnsName>
<keyName>deploy</keyName><instanceType>t3.micro</instanceType><launchTime>2026-01-05T00:00:00.000Z</launchTime>
<placement><availabilityZone>eu-central-1a</availabilityZone></placement><architecture>x86_64</architecture>
<rootDeviceType>ebs</rootDeviceType><hibernationOptions><configured>true</configured></hibernationOptions>
<cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>
<reason>User initiated</reason>
<tagSet><item><key>Name</key><value>web</value></item><item><key>occigate:token</key><value>tok</value></item></tagSet>
<networkInterfaceSet>
<item><networkInterfaceId>eni-2</networkInterfaceId><subnetId>subnet-2</subnetId><macAddress>02:00:00:00:00:02</macAddress>
<privateIpAddress>10.0.1.5</privateIpAddress>
<privateIpAddressesSet><item><privateIpAddress>10.0.1.5</privateIpAddress></item><item><privateIpAddress>10.0.1.6</privateIpAddress></item></privateIpAddressesSet>
<ipv6AddressesSet><item><ipv6Address>2001:db8::5</ipv6Address></item></ipv6AddressesSet>
<association><publicIp>203.0.113.9</publicIp><ipOwnerId>111122223333</ipOwnerId></association>
<attachment><attachmentId>eni-attach-2</attachmentId><deviceIndex>1</deviceIndex><status>attaching</status></attachment></item>
<item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1</subnetId><macAddress>02:00:00:00:00:01</macAddress>
<privateIpAddress>10.0.0.5</privateIpAddress>
<association><publicIp>198.51.100.7</publicIp><ipOwnerId>amazon</ipOwnerId></association>
<attachment><attachmentId>eni-attach-1</attachmentId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime></attachment></item>
</networkInterfaceSet>`

func TestServerIsTranslated(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok(instanceXML("running", fullItem)))
	got, err := f.provider().Server(t.Context(), "i-1")
	must(t, err)
	want := providers.Server{
		ID: "i-1", Name: "web", Zone: "eu-central-1a", ImageID: "ami-1", SizeID: "t3.micro",
		State: providers.StateActive, NativeState: "running", Message: "User initiated",
		Architecture: providers.X64, Cores: 2, KeyName: "deploy", Token: "tok",
		Hostname:  "ip-10-0-0-5.eu-central-1.compute.internal",
		Created:   time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Power:     []providers.PowerOp{"stop", "off", "reboot", "hibernate"},
		Abilities: []providers.Ability{},
		Interfaces: []providers.Interface{
			{ID: "eni-1", ServerID: "i-1", NetworkID: "subnet-1", Device: "eth0", MAC: "02:00:00:00:00:01", IP: "10.0.0.5", State: "online", NativeState: "attached", Fixed: true},
			{ID: "eni-1:public", ServerID: "i-1", NetworkID: "public", Device: "eth0", MAC: "02:00:00:00:00:01", IP: "198.51.100.7", Public: true, State: "online", NativeState: "attached", Fixed: true},
			{ID: "eni-2", ServerID: "i-1", NetworkID: "subnet-2", Device: "eth1", MAC: "02:00:00:00:00:02", IP: "10.0.1.5", MoreIPs: []string{"10.0.1.6", "2001:db8::5"}, State: "pending", NativeState: "attaching"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

func TestServerStates(t *testing.T) {
	hibernate := `<stateReason><code>Client.UserInitiatedHibernate</code><message>Hibernated</message></stateReason>`
	for _, c := range []struct {
		native, more string
		want         providers.State
	}{
		{"pending", "", providers.StatePending},
		{"running", "", providers.StateActive},
		{"stopping", "", providers.StateStopping},
		{"stopped", "", providers.StateInactive},
		{"shutting-down", "", providers.StateDeleting},
		{"stopping", hibernate, providers.StateSuspending},
		{"stopped", hibernate, providers.StateSuspended},
		{"running", hibernate, providers.StateActive},
		{"dreaming", "", providers.StateUnknown},
	} {
		f := newFake(t)
		f.on("DescribeInstances", ok(instanceXML(c.native, c.more)))
		s, err := f.provider().Server(t.Context(), "i-1")
		must(t, err)
		if s.State != c.want || s.NativeState != c.native {
			t.Errorf("%s is %s (%s), want %s", c.native, s.State, s.NativeState, c.want)
		}
	}
}

func TestAbilities(t *testing.T) {
	mayHibernate := "<hibernationOptions><configured>true</configured></hibernationOptions>"
	for _, c := range []struct {
		native, more string
		want         []providers.Ability
	}{
		{"running", "", []providers.Ability{"save"}},
		{"stopped", "", []providers.Ability{"save", "resize"}},
		{"running", mayHibernate, []providers.Ability{}},
		{"stopped", mayHibernate, []providers.Ability{"resize"}},
		{"pending", "", nil},
	} {
		f := newFake(t)
		f.on("DescribeInstances", ok(instanceXML(c.native, c.more)))
		s, err := f.provider().Server(t.Context(), "i-1")
		must(t, err)
		if diff := cmp.Diff(c.want, s.Abilities); diff != "" {
			t.Errorf("%s %s: want (-) and got (+) differ:\n%s", c.native, c.more, diff)
		}
	}
	if len(abilities[providers.StateActive]) != 1 {
		t.Error("a server that may hibernate changed the table")
	}
}

func TestServersHasAllPagesAndNoTerminatedOnes(t *testing.T) {
	page := func(token string, items ...string) reply {
		return ok("<reservationSet><item><instancesSet>" + strings.Join(items, "") + "</instancesSet></item></reservationSet><nextToken>" + token + "</nextToken>")
	}
	f := newFake(t)
	f.on("DescribeInstances",
		page("p2", itemXML("i-1", "running"), itemXML("i-2", "terminated")),
		page("p3"),
		page("", itemXML("i-3", "shutting-down")))
	rows, err := f.provider().Servers(t.Context())
	must(t, err)
	var ids []string
	for _, s := range rows {
		ids = append(ids, s.ID+" "+string(s.State))
	}
	if diff := cmp.Diff([]string{"i-1 active", "i-3 deleting"}, ids); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
	if last := f.last("DescribeInstances"); last.Get("NextToken") != "p3" || last.Get("MaxResults") != "1000" {
		t.Errorf("the last page was asked for as %v", last)
	}
}

func TestSamePageForeverIsUnavailable(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok("<reservationSet/><nextToken>again</nextToken>"))
	_, err := f.provider().Servers(t.Context())
	kindIs(t, err, providers.ErrUnavailable)
}

func TestServersWithoutAny(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", ok("<reservationSet/>"))
	rows, err := f.provider().Servers(t.Context())
	must(t, err)
	if rows == nil || len(rows) != 0 {
		t.Errorf("rows are %v, want an empty slice", rows)
	}
}

func TestServerThatIsGone(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	f.on("DescribeInstances", refuse("InvalidInstanceID.NotFound"))
	_, err := p.Server(t.Context(), "i-1")
	kindIs(t, err, providers.ErrNotFound)
	f.on("DescribeInstances", ok("<reservationSet/>"))
	_, err = p.Server(t.Context(), "i-1")
	kindIs(t, err, providers.ErrNotFound)
	f.on("DescribeInstances", ok(instanceXML("terminated", "<stateReason><code>Server.InternalError</code><message>Server.InternalError: broke</message></stateReason>")))
	_, err = p.Server(t.Context(), "i-1")
	kindIs(t, err, providers.ErrNotFound)
	if err == nil || !strings.Contains(err.Error(), "broke") {
		t.Errorf("the reason is missing: %v", err)
	}
	before := f.operations()
	_, err = p.Server(t.Context(), "")
	kindIs(t, err, providers.ErrNotFound)
	_, err = p.DeleteServer(t.Context(), "")
	kindIs(t, err, providers.ErrNotFound)
	if f.operations() != before {
		t.Error("an empty id reached the cloud")
	}
}

func TestPower(t *testing.T) {
	for op, want := range map[providers.PowerOp]string{
		providers.PowerStart:     "StartInstances",
		providers.PowerStop:      "StopInstances",
		providers.PowerOff:       "StopInstances Force",
		providers.PowerHibernate: "StopInstances Hibernate",
		providers.PowerReboot:    "RebootInstances",
	} {
		f := newFake(t)
		operation, flag, _ := strings.Cut(want, " ")
		f.on(operation, ok(""))
		_, err := f.provider().Power(t.Context(), "i-1", op)
		must(t, err)
		form := f.last(operation)
		if form.Get("InstanceId.1") != "i-1" || flag != "" && form.Get(flag) != "true" || flag != "Force" && form.Get("Force") != "" {
			t.Errorf("%s was asked for as %v", op, form)
		}
	}
	_, err := newFake(t).provider().Power(t.Context(), "i-1", providers.PowerSuspend)
	kindIs(t, err, providers.ErrUnsupported)
}

func TestProtectedServerIsKept(t *testing.T) {
	f := newFake(t)
	f.on("TerminateInstances", reply{status: 400, code: "OperationNotPermitted", message: "The instance 'i-1' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."})
	_, err := f.provider().DeleteServer(t.Context(), "i-1")
	kindIs(t, err, providers.ErrConflict)
}

func TestResize(t *testing.T) {
	f := newFake(t)
	f.on("ModifyInstanceAttribute", ok("<return>true</return>"), refuse("IncorrectInstanceState"))
	p := f.provider()
	_, err := p.ResizeServer(t.Context(), "i-1", "t3.small")
	must(t, err)
	if form := f.last("ModifyInstanceAttribute"); form.Get("InstanceType.Value") != "t3.small" {
		t.Errorf("asked for as %v", form)
	}
	_, err = p.ResizeServer(t.Context(), "i-1", "t3.small")
	kindIs(t, err, providers.ErrConflict)
}

func TestCatalogue(t *testing.T) {
	f := newFake(t)
	f.on("DescribeImages",
		ok(`<imagesSet><item><imageId>ami-2</imageId><imageOwnerId>111122223333</imageOwnerId><imageState>pending</imageState><name>mine</name><architecture>i386</architecture>
<creationDate>2026-01-01T00:00:00.000Z</creationDate><tagSet><item><key>occigate:token</key><value>tok</value></item></tagSet></item></imagesSet>`),
		ok(`<imagesSet><item><imageId>ami-1</imageId><imageOwnerId>136693071363</imageOwnerId><imageState>available</imageState><name>debian-13</name><description>Debian</description><architecture>arm64</architecture>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeSize>8</volumeSize></ebs></item></blockDeviceMapping></item></imagesSet><nextToken>p2</nextToken>`),
		ok(`<imagesSet/>`),
		ok(`<imagesSet><item><imageId>ami-1</imageId><imageOwnerId>136693071363</imageOwnerId><imageState>available</imageState><name>debian-13</name></item>
<item><imageId>ami-3</imageId><imageOwnerId>1</imageOwnerId><imageState>invalid</imageState></item></imagesSet>`))
	f.on("DescribeInstanceTypes",
		ok(`<instanceTypeSet><item><instanceType>t3.micro</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>1024</sizeInMiB></memoryInfo>
<processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures></processorInfo></item></instanceTypeSet><nextToken>p2</nextToken>`),
		ok(`<instanceTypeSet><item><instanceType>i3.large</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>15616</sizeInMiB></memoryInfo>
<instanceStorageInfo><totalSizeInGB>475</totalSizeInGB></instanceStorageInfo></item></instanceTypeSet>`))
	f.on("DescribeAvailabilityZones", ok(`<availabilityZoneInfo><item><zoneName>eu-central-1a</zoneName><zoneState>available</zoneState></item><item><zoneName>eu-central-1b</zoneName><zoneState>impaired</zoneState></item></availabilityZoneInfo>`))
	got, err := f.provider("images: {owners: [self, '136693071363'], filters: {name: ['debian-*'], architecture: [arm64]}, ids: [ami-1, ami-3]}").Catalogue(t.Context())
	must(t, err)
	want := providers.Catalogue{
		Images: []providers.Image{
			{ID: "ami-1", Name: "debian-13", State: "ready"},
			{ID: "ami-2", Name: "mine", Architecture: "x86", State: "pending", Own: true, Token: "tok", Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
			{ID: "ami-3", Name: "ami-3", State: "failed"},
		},
		Sizes: []providers.Size{
			{ID: "t3.micro", Name: "t3.micro", Cores: 2, MemoryMiB: 1024, Architectures: []providers.Architecture{"x64"}},
			{ID: "i3.large", Name: "i3.large", Cores: 2, MemoryMiB: 15616, DiskGiB: 442.4},
		},
		Zones: []providers.Zone{{ID: "eu-central-1a", Name: "eu-central-1a", Available: true}, {ID: "eu-central-1b", Name: "eu-central-1b"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

// Never all images of AWS: every listing names an owner or ids.
func TestImageListingsAreNarrow(t *testing.T) {
	for _, c := range []struct {
		images Images
		want   []string
	}{
		{Images{Owners: []string{"self"}}, []string{"owners [self] filters 1"}},
		{Images{Owners: []string{"self", "1", "2"}, Filters: map[string][]string{"name": {"a", "b"}}}, []string{"owners [self] filters 1", "owners [1 2] filters 3"}},
		{Images{Owners: []string{"amazon"}, Filters: map[string][]string{"name": {"a"}}, IDs: []string{"ami-1"}}, []string{"owners [amazon] filters 3", "owners [] filters 1"}},
	} {
		var got []string
		for _, in := range c.images.listings() {
			got = append(got, fmt.Sprintf("owners %v filters %d", in.Owners, len(in.Filters)))
			if len(in.Owners) == 0 && *in.Filters[0].Name != "image-id" {
				t.Errorf("%+v lists all of AWS", c.images)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("want (-) and got (+) differ:\n%s", diff)
		}
	}
}

func TestSizesAreNarrow(t *testing.T) {
	for sizes, want := range map[string][2]string{
		"":                      {"current-generation", "true"},
		"sizes: [t3.*, m6i.xl]": {"instance-type", "t3.*"},
	} {
		f := newFake(t)
		f.on("DescribeInstanceTypes", ok("<instanceTypeSet/>"))
		_, err := f.provider(sizes).sizes(t.Context())
		must(t, err)
		form := f.last("DescribeInstanceTypes")
		if got := [2]string{form.Get("Filter.1.Name"), form.Get("Filter.1.Value.1")}; got != want {
			t.Errorf("%q asks for %v, want %v", sizes, got, want)
		}
	}
}

func TestSaveServer(t *testing.T) {
	f := newFake(t)
	f.on("CreateImage", ok("<imageId>ami-9</imageId>"))
	p := f.provider()
	got, _, err := p.SaveServer(t.Context(), "i-1", providers.ImageSpec{Token: "tok", Name: "golden", Hot: true})
	must(t, err)
	want := providers.Image{ID: "ami-9", Name: "golden", Token: "tok", State: providers.ImagePending, Own: true}
	if got != want {
		t.Errorf("image is %+v, want %+v", got, want)
	}
	form := f.last("CreateImage")
	if form.Get("NoReboot") != "true" || form.Get("TagSpecification.1.ResourceType") != "image" || form.Get("TagSpecification.1.Tag.2.Value") != "tok" {
		t.Errorf("asked for as %v", form)
	}
	_, _, err = p.SaveServer(t.Context(), "i-1", providers.ImageSpec{Token: "tok"})
	must(t, err)
	if form := f.last("CreateImage"); form.Get("Name") != "tok" || form.Get("NoReboot") != "false" {
		t.Errorf("asked for as %v", form)
	}
	f.on("DeregisterImage", ok("<return>true</return>"), refuse("InvalidAMIID.Unavailable"))
	must(t, p.DeleteImage(t.Context(), "ami-9"))
	kindIs(t, p.DeleteImage(t.Context(), "ami-9"), providers.ErrNotFound)
}
