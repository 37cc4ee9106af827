package ec2

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

func TestVolumesAreTranslated(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVolumes",
		ok(`<volumeSet><item><volumeId>vol-1</volumeId><size>8</size><availabilityZone>z1</availabilityZone><status>in-use</status><createTime>2026-01-01T00:00:00.000Z</createTime>
<tagSet><item><key>Name</key><value>data</value></item><item><key>occigate:token</key><value>tok</value></item></tagSet>
<attachmentSet><item><volumeId>vol-1</volumeId><instanceId>i-1</instanceId><device>/dev/sdf</device><status>attached</status></item>
<item><volumeId>vol-1</volumeId><instanceId>i-2</instanceId><device>/dev/sdg</device><status>busy</status></item>
<item><volumeId>vol-1</volumeId><instanceId>i-3</instanceId><device>/dev/sdh</device><status>detached</status></item></attachmentSet></item></volumeSet><nextToken>p2</nextToken>`),
		ok(`<volumeSet><item><volumeId>vol-2</volumeId><size>1</size><status>creating</status></item><item><volumeId>vol-3</volumeId><status>deleted</status></item>
<item><volumeId>vol-4</volumeId><status>error</status></item><item><volumeId>vol-5</volumeId><status>dreaming</status></item></volumeSet>`))
	got, err := f.provider().Volumes(t.Context())
	must(t, err)
	want := []providers.Volume{
		{
			ID: "vol-1", Name: "data", Zone: "z1", SizeGiB: 8, State: "online", NativeState: "in-use", Token: "tok",
			Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			Attachments: []providers.Attachment{
				{ServerID: "i-1", VolumeID: "vol-1", Device: "/dev/sdf", State: "online", NativeState: "attached"},
				{ServerID: "i-2", VolumeID: "vol-1", Device: "/dev/sdg", State: "pending", NativeState: "busy"},
			},
		},
		{ID: "vol-2", SizeGiB: 1, State: "pending", NativeState: "creating"},
		{ID: "vol-4", State: "error", NativeState: "error"},
		{ID: "vol-5", State: "offline", NativeState: "dreaming"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

func TestCreateVolume(t *testing.T) {
	made := ok("<volumeId>vol-1</volumeId><size>2</size><status>creating</status>")
	zones := ok("<availabilityZoneInfo><item><zoneName>zc</zoneName><zoneState>available</zoneState></item><item><zoneName>za</zoneName><zoneState>impaired</zoneState></item><item><zoneName>zb</zoneName><zoneState>available</zoneState></item></availabilityZoneInfo>")
	subnet := ok("<subnetSet><item><subnetId>subnet-1</subnetId><availabilityZone>zs</availabilityZone></item></subnetSet>")
	for _, c := range []struct{ settings, asked, want string }{
		{"zone: z0", "zx", "zx"},
		{"zone: z0", "", "z0"},
		{"default_network: subnet-1", "", "zs"},
		{"", "", "zb"},
	} {
		f := newFake(t)
		f.on("CreateVolume", made).on("DescribeAvailabilityZones", zones).on("DescribeSubnets", subnet)
		v, _, err := f.provider(c.settings).CreateVolume(t.Context(), providers.VolumeSpec{Token: "tok", Name: "data", SizeGiB: 1.5, Zone: c.asked})
		must(t, err)
		if v.ID != "vol-1" || v.State != providers.ResourcePending {
			t.Errorf("made %+v", v)
		}
		same(t, map[string]string{
			"ClientToken": "tok", "Size": "2", "VolumeType": "gp3", "AvailabilityZone": c.want,
			"TagSpecification.1.ResourceType": "volume",
			"TagSpecification.1.Tag.1.Key":    "Name", "TagSpecification.1.Tag.1.Value": "data",
			"TagSpecification.1.Tag.2.Key": "occigate:token", "TagSpecification.1.Tag.2.Value": "tok",
		}, asked(f.last("CreateVolume"), "ClientToken", "Size", "VolumeType", "Availability", "Tag"))
	}
	f := newFake(t)
	f.on("DescribeAvailabilityZones", ok("<availabilityZoneInfo/>"))
	_, _, err := f.provider().CreateVolume(t.Context(), providers.VolumeSpec{SizeGiB: 1})
	kindIs(t, err, providers.ErrConflict)
}

func TestVolumeThatIsGone(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	for _, answer := range []reply{
		refuse("InvalidVolume.NotFound"), ok("<volumeSet/>"),
		ok("<volumeSet><item><volumeId>vol-1</volumeId><status>deleted</status></item></volumeSet>"),
	} {
		f.on("DescribeVolumes", answer)
		_, err := p.Volume(t.Context(), "vol-1")
		kindIs(t, err, providers.ErrNotFound)
	}
	f.on("DeleteVolume", refuse("InvalidVolume.NotFound"), refuse("VolumeInUse"))
	_, err := p.DeleteVolume(t.Context(), "vol-1")
	kindIs(t, err, providers.ErrNotFound)
	_, err = p.DeleteVolume(t.Context(), "vol-1")
	kindIs(t, err, providers.ErrConflict)
}

func TestResizeVolume(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVolumes", ok("<volumeSet><item><volumeId>vol-1</volumeId><size>8</size><status>in-use</status></item></volumeSet>"))
	f.on("ModifyVolume", ok(""), refuse("VolumeModificationRateExceeded"))
	p := f.provider()
	for asked, want := range map[float64]error{7: providers.ErrInvalid, 0: providers.ErrInvalid, 8: nil, 7.5: nil} {
		if _, err := p.ResizeVolume(t.Context(), "vol-1", asked); providers.Kind(err) != want {
			t.Errorf("to %v GiB: %v, want %v", asked, err, want)
		}
	}
	_, err := p.ResizeVolume(t.Context(), "vol-1", 9.1)
	must(t, err)
	if size := f.last("ModifyVolume").Get("Size"); size != "10" {
		t.Errorf("size is %s", size)
	}
	_, err = p.ResizeVolume(t.Context(), "vol-1", 12)
	kindIs(t, err, providers.ErrQuota)
}

func TestAttachVolume(t *testing.T) {
	f := newFake(t)
	used := `<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName></item><item><deviceName>/dev/sdf</deviceName></item></blockDeviceMapping>`
	f.on("DescribeInstances", ok(instanceXML("running", used)))
	f.on("AttachVolume", ok("<volumeId>vol-1</volumeId><instanceId>i-1</instanceId><device>/dev/sdg</device><status>attaching</status>"))
	p := f.provider()
	a, ticket, err := p.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: "i-1", VolumeID: "vol-1"})
	must(t, err)
	want := providers.Attachment{ServerID: "i-1", VolumeID: "vol-1", Device: "/dev/sdg", State: "pending", NativeState: "attaching"}
	if a != want || ticket != "" || f.last("AttachVolume").Get("Device") != "/dev/sdg" {
		t.Errorf("attached %+v, ticket %q, asked for %v", a, ticket, f.last("AttachVolume"))
	}
	_, _, err = p.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: "i-1"})
	kindIs(t, err, providers.ErrNotFound)
}

func TestAttachVolumeToPendingServer(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVolumes", ok("<volumeSet><item><volumeId>vol-1</volumeId><status>available</status></item></volumeSet>"))
	f.on("DescribeInstances", ok(instanceXML("pending")), ok(instanceXML("pending")), ok(instanceXML("running")))
	f.on("AttachVolume", refuse("VolumeInUse"))
	p := f.provider()
	a, ticket, err := p.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: "i-1", VolumeID: "vol-1", Device: "/dev/sdk"})
	must(t, err)
	if a.State != providers.ResourcePending || ticket == "" {
		t.Fatalf("attached %+v with ticket %q", a, ticket)
	}
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != ticket || progress.ID != "" {
		t.Errorf("progress is %+v, want the same ticket and no id of a link", progress)
	}
	// The server is not ended: it was there before.
	_, err = p.Poll(t.Context(), progress.Ticket)
	kindIs(t, err, providers.ErrConflict)
}

func TestDetachVolume(t *testing.T) {
	f := newFake(t)
	f.on("DetachVolume", ok("<status>detaching</status>"), refuse("IncorrectState"), refuse("OperationNotPermitted"))
	p := f.provider()
	_, err := p.DetachVolume(t.Context(), "i-1", "vol-1")
	must(t, err)
	if form := f.last("DetachVolume"); form.Get("InstanceId") != "i-1" || form.Get("VolumeId") != "vol-1" {
		t.Errorf("asked for as %v", form)
	}
	for range 2 {
		_, err = p.DetachVolume(t.Context(), "i-1", "vol-1")
		kindIs(t, err, providers.ErrConflict)
	}
}
