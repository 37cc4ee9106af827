package ec2

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// bootTicket creates a server that is to get two volumes.
func bootTicket(t *testing.T, f *fake) (*Provider, providers.Ticket) {
	t.Helper()
	f.on("DescribeVolumes", ok("<volumeSet><item><volumeId>vol-1</volumeId><availabilityZone>z1</availabilityZone><status>available</status></item></volumeSet>"))
	f.on("RunInstances", launched("pending"))
	p := f.provider()
	_, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{
		Token: "t", ImageID: "ami-1", SizeID: "t3.micro",
		Volumes: []providers.AttachmentSpec{{VolumeID: "vol-1", Device: "/dev/sdk"}, {VolumeID: "vol-2"}},
	})
	must(t, err)
	return p, ticket
}

func TestVolumesAreAttachedOneAStep(t *testing.T) {
	f := newFake(t)
	p, ticket := bootTicket(t, f)
	mapped := `<blockDeviceMapping><item><deviceName>/dev/sdk</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>`
	f.on("DescribeInstances", refuse("InvalidInstanceID.NotFound"), ok(instanceXML("pending")), ok(instanceXML("running")), ok(instanceXML("running", mapped)))
	f.on("AttachVolume", ok("<status>attaching</status>"))
	var attached []string
	for n := range 4 {
		before := strings.Count(f.operations(), "AttachVolume")
		progress, err := p.Poll(t.Context(), ticket)
		must(t, err)
		if progress.ID != "i-1" {
			t.Errorf("step %d tells the id %q", n, progress.ID)
		}
		if strings.Count(f.operations(), "AttachVolume") > before {
			form := f.last("AttachVolume")
			attached = append(attached, form.Get("VolumeId")+" "+form.Get("Device"))
		}
		if ticket = progress.Ticket; (ticket == "") != (n == 3) {
			t.Errorf("after step %d the ticket is %q", n, ticket)
		}
	}
	if diff := cmp.Diff([]string{"vol-1 /dev/sdk", "vol-2 /dev/sdf"}, attached); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

// A step that was taken before a crash is not taken twice.
func TestVolumeThatIsThereIsNotAttachedAgain(t *testing.T) {
	f := newFake(t)
	p, ticket := bootTicket(t, f)
	f.on("DescribeInstances", ok(instanceXML("running", `<blockDeviceMapping><item><deviceName>/dev/sdk</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>`)))
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket == "" || strings.Contains(f.operations(), "AttachVolume") {
		t.Errorf("left %q after %s", progress.Ticket, f.operations())
	}
}

func TestServerThatCannotGetItsVolumeIsTerminated(t *testing.T) {
	for _, code := range []string{"InvalidVolume.ZoneMismatch", "VolumeInUse", "InvalidVolume.NotFound", "UnauthorizedOperation"} {
		f := newFake(t)
		p, ticket := bootTicket(t, f)
		f.on("DescribeInstances", ok(instanceXML("running"))).on("AttachVolume", refuse(code)).on("TerminateInstances", ok(""))
		if _, err := p.Poll(t.Context(), ticket); err == nil || providers.Kind(err) == providers.ErrNotFound {
			t.Errorf("%s: error is %v", code, err)
		}
		if got := f.last("TerminateInstances").Get("InstanceId.1"); got != "i-1" {
			t.Errorf("%s: terminated %q", code, got)
		}
	}
}

func TestFailedUndoIsTold(t *testing.T) {
	f := newFake(t)
	p, ticket := bootTicket(t, f)
	f.on("DescribeInstances", ok(instanceXML("running"))).on("AttachVolume", refuse("VolumeInUse")).on("TerminateInstances", refuse("UnauthorizedOperation"))
	_, err := p.Poll(t.Context(), ticket)
	kindIs(t, err, providers.ErrConflict)
	if err == nil || !strings.Contains(err.Error(), "is left") {
		t.Errorf("the error does not tell what is left: %v", err)
	}
}

func TestStepThatCannotBeTakenNow(t *testing.T) {
	for code, want := range map[string]error{"RequestLimitExceeded": providers.ErrThrottled, "InternalError": providers.ErrUnavailable} {
		f := newFake(t)
		p, ticket := bootTicket(t, f)
		f.on("DescribeInstances", ok(instanceXML("running"))).on("AttachVolume", refuse(code))
		_, err := p.Poll(t.Context(), ticket)
		kindIs(t, err, want)
		if strings.Contains(f.operations(), "Terminate") {
			t.Errorf("%s ended the server", code)
		}
	}
}

func TestServerThatNeverAppears(t *testing.T) {
	f := newFake(t)
	p, ticket := bootTicket(t, f)
	f.on("DescribeInstances", refuse("InvalidInstanceID.NotFound"))
	f.clock.Pass(4 * time.Minute)
	progress, err := p.Poll(t.Context(), ticket)
	must(t, err)
	if progress.Ticket != ticket {
		t.Errorf("ticket became %q", progress.Ticket)
	}
	f.clock.Pass(2 * time.Minute)
	_, err = p.Poll(t.Context(), ticket)
	kindIs(t, err, providers.ErrNotFound)
}

func TestServerThatDiesAtBoot(t *testing.T) {
	f := newFake(t)
	p, ticket := bootTicket(t, f)
	f.on("DescribeInstances", ok(instanceXML("terminated", "<stateReason><code>Client.VolumeLimitExceeded</code><message>Volume limit exceeded</message></stateReason>")))
	_, err := p.Poll(t.Context(), ticket)
	kindIs(t, err, providers.ErrNotFound)
	if err == nil || !strings.Contains(err.Error(), "Volume limit exceeded") {
		t.Errorf("the reason is missing: %v", err)
	}
}
