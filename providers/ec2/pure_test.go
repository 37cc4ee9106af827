package ec2

import (
	"math"
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

func TestFreeBlock(t *testing.T) {
	for _, c := range []struct {
		name, within string
		taken        []string
		want         string
	}{
		{"empty VPC", "10.0.0.0/16", nil, "10.0.0.0/24"},
		{"after the first", "10.0.0.0/16", []string{"10.0.0.0/24"}, "10.0.1.0/24"},
		{"in a gap", "10.0.0.0/16", []string{"10.0.0.0/24", "10.0.2.0/24"}, "10.0.1.0/24"},
		{"behind a larger one", "172.31.0.0/16", []string{"172.31.0.0/20", "172.31.16.0/20"}, "172.31.32.0/24"},
		{"smaller ones block", "10.0.0.0/16", []string{"10.0.0.128/28"}, "10.0.1.0/24"},
		{"whole of a small VPC", "10.1.2.0/26", nil, "10.1.2.0/26"},
		{"small VPC that is used", "10.1.2.0/26", []string{"10.1.2.0/28"}, ""},
		{"full", "10.0.0.0/23", []string{"10.0.0.0/24", "10.0.1.0/24"}, ""},
		{"end of the address space", "255.255.255.0/24", []string{"255.255.255.0/25"}, ""},
		{"host bits set", "10.0.5.7/23", []string{"10.0.4.0/24"}, "10.0.5.0/24"},
		{"IPv6", "2001:db8::/56", nil, ""},
	} {
		var taken []netip.Prefix
		for _, s := range c.taken {
			taken = append(taken, netip.MustParsePrefix(s))
		}
		got, found := freeBlock(netip.MustParsePrefix(c.within), taken)
		if found != (c.want != "") || found && got.String() != c.want {
			t.Errorf("%s: %v %v, want %q", c.name, got, found, c.want)
		}
	}
}

func TestFreeDevice(t *testing.T) {
	all := []string{}
	for letter := 'a'; letter <= 'p'; letter++ {
		all = append(all, "/dev/sd"+string(letter))
	}
	for _, c := range []struct {
		used []string
		want string
	}{
		{nil, "/dev/sdf"},
		{[]string{"/dev/sda1", "/dev/xvda"}, "/dev/sdf"},
		{[]string{"/dev/sdf"}, "/dev/sdg"},
		{[]string{"/dev/xvdf", "sdg"}, "/dev/sdh"},
		{[]string{"/dev/sdg"}, "/dev/sdf"},
		{all, ""},
	} {
		if got := freeDevice(c.used); got != c.want {
			t.Errorf("with %v used: %q, want %q", c.used, got, c.want)
		}
	}
}

func TestRouter(t *testing.T) {
	for cidr, want := range map[string]string{
		"10.0.1.0/24": "10.0.1.1", "10.0.0.16/28": "10.0.0.17", "2001:db8::/64": "", "": "", "x": "",
	} {
		if got := router(cidr); got != want {
			t.Errorf("router of %q is %q, want %q", cidr, got, want)
		}
	}
}

func TestWholeGiB(t *testing.T) {
	for asked, want := range map[float64]int32{0.1: 1, 1: 1, 1.5: 2, 100: 100} {
		if got, err := wholeGiB("CreateVolume", asked); err != nil || got != want {
			t.Errorf("%v GiB: %d, %v, want %d", asked, got, err, want)
		}
	}
	for _, asked := range []float64{0, -1, math.NaN(), math.Inf(1), 1e12} {
		_, err := wholeGiB("CreateVolume", asked)
		kindIs(t, err, providers.ErrInvalid)
	}
}

func TestInstanceStoreIsDecimal(t *testing.T) {
	for gigabytes, want := range map[int64]float64{0: 0, 475: 442.4, 4: 3.7} {
		if got := gib(gigabytes); got != want {
			t.Errorf("%d GB are %v GiB, want %v", gigabytes, got, want)
		}
	}
}

func TestTicketsThatAreNone(t *testing.T) {
	p := newFake(t).provider()
	for _, ticket := range []providers.Ticket{
		"", "garbage", "{}", `{"op":"dance","id":"i-1","since":1}`, `{"op":"boot","since":1}`,
		`{"op":"boot","id":"i-1","since":1,"more":1}`, `{"op":"boot","id":"i-1","since":1}{}`, "null", "[]",
	} {
		_, err := p.Poll(t.Context(), ticket)
		kindIs(t, err, providers.ErrInvalid)
	}
}

func TestTicketsSurviveText(t *testing.T) {
	p := newFake(t).provider()
	s := step{Op: opBoot, ID: "i-1", Volumes: []plug{{"vol-1", "/dev/sdf"}, {"vol-2", ""}}}
	got, err := parse(p.ticket(s))
	must(t, err)
	if s.Since = p.clock.Now().Unix(); got.Op != s.Op || got.ID != s.ID || got.Since != s.Since || len(got.Volumes) != 2 || got.Volumes[0] != s.Volumes[0] {
		t.Errorf("became %+v, was %+v", got, s)
	}
}

// RFC 4253's form of an ED25519 key of zeroes.
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA someone@example.org"

func TestKeyNameFollowsFromTheKey(t *testing.T) {
	one, err := keyBlob(publicKey)
	must(t, err)
	two, err := keyBlob(" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA other\n")
	must(t, err)
	if keyName(one) != keyName(two) {
		t.Error("the comment changes the name")
	}
	for _, line := range []string{"", "ssh-ed25519", "ssh-rsa " + publicKey[12:], "ssh-ed25519 !!!", "ssh-ed25519 AAAA", publicKey + "\n" + publicKey} {
		if _, err := keyBlob(line); err == nil {
			t.Errorf("%q passes for a key", line)
		}
	}
}

func TestOffers(t *testing.T) {
	running := &types.InstanceState{Name: types.InstanceStateNameRunning}
	for _, c := range []struct {
		name string
		i    types.Instance
		want []providers.PowerOp
	}{
		{"running", types.Instance{State: running}, []providers.PowerOp{"stop", "off", "reboot"}},
		{"running, may hibernate", types.Instance{State: running, HibernationOptions: &types.HibernationOptions{Configured: aws.Bool(true)}}, []providers.PowerOp{"stop", "off", "reboot", "hibernate"}},
		{"running, may not hibernate", types.Instance{State: running, HibernationOptions: &types.HibernationOptions{Configured: aws.Bool(false)}}, []providers.PowerOp{"stop", "off", "reboot"}},
		{"running from an instance store", types.Instance{State: running, RootDeviceType: types.DeviceTypeInstanceStore}, []providers.PowerOp{"reboot"}},
		{"stopped", types.Instance{State: &types.InstanceState{Name: types.InstanceStateNameStopped}}, []providers.PowerOp{"start"}},
		{"stopping", types.Instance{State: &types.InstanceState{Name: types.InstanceStateNameStopping}}, []providers.PowerOp{"off"}},
		{"pending", types.Instance{State: &types.InstanceState{Name: types.InstanceStateNamePending}}, nil},
		{"shutting down", types.Instance{State: &types.InstanceState{Name: types.InstanceStateNameShuttingDown}}, nil},
	} {
		got := server(c.i).Power
		if len(got) != len(c.want) {
			t.Errorf("%s: offers %v, want %v", c.name, got, c.want)
			continue
		}
		for n := range got {
			if got[n] != c.want[n] {
				t.Errorf("%s: offers %v, want %v", c.name, got, c.want)
			}
		}
	}
	if len(powers[providers.StateActive]) != 3 {
		t.Error("offering a hibernation changed the table")
	}
}
