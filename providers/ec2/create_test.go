package ec2

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// launched is the answer of RunInstances.
func launched(state string) reply {
	return ok("<instancesSet>" + itemXML("i-1", state) + "</instancesSet>")
}

// asked picks the values of a call whose names start with one of the prefixes.
func asked(form url.Values, prefixes ...string) map[string]string {
	got := map[string]string{}
	for name := range form {
		for _, p := range prefixes {
			if strings.HasPrefix(name, p) {
				got[name] = form.Get(name)
			}
		}
	}
	return got
}

func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

func TestCreateServer(t *testing.T) {
	f := newFake(t)
	f.on("RunInstances", launched("pending"))
	p := f.provider("security_groups: [sg-1, sg-2]", "key_name: ops", "zone: eu-central-1b")
	s, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{
		Token: "tok", Name: "web", ImageID: "ami-1", SizeID: "t3.micro", UserData: []byte("#!/bin/sh\n"), Tags: map[string]string{"team": "x"},
	})
	must(t, err)
	if s.ID != "i-1" || s.State != providers.StatePending || ticket != "" {
		t.Errorf("created %+v with ticket %q", s, ticket)
	}
	same(t, map[string]string{
		"ClientToken": "tok", "ImageId": "ami-1", "InstanceType": "t3.micro", "MinCount": "1", "MaxCount": "1", "KeyName": "ops",
		"UserData":          base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n")),
		"SecurityGroupId.1": "sg-1", "SecurityGroupId.2": "sg-2", "Placement.AvailabilityZone": "eu-central-1b",
		"TagSpecification.1.ResourceType": "instance",
		"TagSpecification.1.Tag.1.Key":    "Name", "TagSpecification.1.Tag.1.Value": "web",
		"TagSpecification.1.Tag.2.Key": "occigate:token", "TagSpecification.1.Tag.2.Value": "tok",
		"TagSpecification.1.Tag.3.Key": "team", "TagSpecification.1.Tag.3.Value": "x",
		"TagSpecification.2.ResourceType": "volume",
		"TagSpecification.2.Tag.1.Key":    "Name", "TagSpecification.2.Tag.1.Value": "web",
		"TagSpecification.2.Tag.2.Key": "occigate:server", "TagSpecification.2.Tag.2.Value": "tok",
		"TagSpecification.2.Tag.3.Key": "team", "TagSpecification.2.Tag.3.Value": "x",
		"TagSpecification.3.ResourceType": "network-interface",
		"TagSpecification.3.Tag.1.Key":    "Name", "TagSpecification.3.Tag.1.Value": "web",
		"TagSpecification.3.Tag.2.Key": "occigate:server", "TagSpecification.3.Tag.2.Value": "tok",
		"TagSpecification.3.Tag.3.Key": "team", "TagSpecification.3.Tag.3.Value": "x",
	}, asked(f.last("RunInstances"), "ClientToken", "ImageId", "Instance", "M", "KeyName", "UserData", "Sec", "Placement", "TagSp", "Network", "Subnet"))
}

func TestCreateServerInNetworks(t *testing.T) {
	nic := func(n, subnet string) map[string]string {
		return map[string]string{
			"NetworkInterface." + n + ".DeviceIndex": string(n[0] - 1), "NetworkInterface." + n + ".SubnetId": subnet,
			"NetworkInterface." + n + ".DeleteOnTermination": "true", "NetworkInterface." + n + ".SecurityGroupId.1": "sg-1",
		}
	}
	with := func(maps ...map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range maps {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	defaults := ok(`<subnetSet><item><subnetId>subnet-b</subnetId></item><item><subnetId>subnet-a</subnetId></item></subnetSet>`)
	for _, c := range []struct {
		name, settings string
		networks       []providers.InterfaceSpec
		want           map[string]string
	}{
		{"named", "zone: z", []providers.InterfaceSpec{{NetworkID: "subnet-1"}}, nic("1", "subnet-1")},
		{"static address", "", []providers.InterfaceSpec{{NetworkID: "subnet-1", IP: "10.0.0.9"}}, with(nic("1", "subnet-1"), map[string]string{"NetworkInterface.1.PrivateIpAddress": "10.0.0.9"})},
		{"two", "", []providers.InterfaceSpec{{NetworkID: "subnet-1"}, {NetworkID: "subnet-2"}}, with(nic("1", "subnet-1"), nic("2", "subnet-2"))},
		{"default", "default_network: subnet-d", nil, nic("1", "subnet-d")},
		{"named with public", "", []providers.InterfaceSpec{{NetworkID: "public"}, {NetworkID: "subnet-1"}}, with(nic("1", "subnet-1"), map[string]string{"NetworkInterface.1.AssociatePublicIpAddress": "true"})},
		{"public alone", "default_network: subnet-d", []providers.InterfaceSpec{{NetworkID: "public"}}, with(nic("1", "subnet-d"), map[string]string{"NetworkInterface.1.AssociatePublicIpAddress": "true"})},
		{"public in the default VPC", "", []providers.InterfaceSpec{{NetworkID: "public"}}, with(nic("1", "subnet-a"), map[string]string{"NetworkInterface.1.AssociatePublicIpAddress": "true"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.on("RunInstances", launched("pending")).on("DescribeSubnets", defaults)
			_, _, err := f.provider("security_groups: [sg-1]", c.settings).CreateServer(t.Context(),
				providers.ServerSpec{Token: "t", ImageID: "ami-1", SizeID: "t3.micro", Networks: c.networks})
			must(t, err)
			same(t, c.want, asked(f.last("RunInstances"), "NetworkInterface", "SecurityGroupId", "SubnetId", "Placement"))
		})
	}
}

func TestCreateServerRefusedBeforeItIsMade(t *testing.T) {
	subnets := func(ids ...string) reply {
		set := ""
		for _, id := range ids {
			set += "<item><subnetId>" + id + "</subnetId><availabilityZone>z1</availabilityZone></item>"
		}
		return ok("<subnetSet>" + set + "</subnetSet>")
	}
	volumes := func(rows ...string) reply {
		set := ""
		for _, r := range rows {
			id, rest, _ := strings.Cut(r, " ")
			zone, state, _ := strings.Cut(rest, " ")
			set += "<item><volumeId>" + id + "</volumeId><availabilityZone>" + zone + "</availabilityZone><status>" + state + "</status></item>"
		}
		return ok("<volumeSet>" + set + "</volumeSet>")
	}
	wish := providers.ServerSpec{Token: "t", ImageID: "ami-1", SizeID: "t3.micro"}
	with := func(change func(*providers.ServerSpec)) providers.ServerSpec {
		spec := wish
		change(&spec)
		return spec
	}
	twoVolumes := func(s *providers.ServerSpec) {
		s.Volumes = []providers.AttachmentSpec{{VolumeID: "vol-1"}, {VolumeID: "vol-2"}}
	}
	for _, c := range []struct {
		name, settings string
		spec           providers.ServerSpec
		subnets        reply
		volumes        reply
		want           error
		says           string
	}{
		{"no image", "", with(func(s *providers.ServerSpec) { s.ImageID = "" }), reply{}, reply{}, providers.ErrInvalid, "default_image"},
		{"no size", "", with(func(s *providers.ServerSpec) { s.SizeID = "" }), reply{}, reply{}, providers.ErrInvalid, "default_size"},
		{"much user data", "", with(func(s *providers.ServerSpec) { s.UserData = make([]byte, 16385) }), reply{}, reply{}, providers.ErrInvalid, "16384"},
		{"bad public key", "", with(func(s *providers.ServerSpec) { s.PublicKey = "garbage" }), reply{}, reply{}, providers.ErrInvalid, "OpenSSH"},
		{"own MAC", "", with(func(s *providers.ServerSpec) {
			s.Networks = []providers.InterfaceSpec{{NetworkID: "subnet-1", MAC: "02:00:00:00:00:09"}}
		}), reply{}, reply{}, providers.ErrUnsupported, "MAC"},
		{"unnamed network", "", with(func(s *providers.ServerSpec) { s.Networks = []providers.InterfaceSpec{{}} }), reply{}, reply{}, providers.ErrInvalid, "network"},
		{"public with two", "", with(func(s *providers.ServerSpec) {
			s.Networks = []providers.InterfaceSpec{{NetworkID: "public"}, {NetworkID: "subnet-1"}, {NetworkID: "subnet-2"}}
		}), reply{}, reply{}, providers.ErrInvalid, "several interfaces"},
		{"VPC with several subnets", "vpc: vpc-1", wish, subnets("subnet-1", "subnet-2"), reply{}, providers.ErrConflict, "[subnet-1 subnet-2]"},
		{"VPC without subnets", "vpc: vpc-1", wish, subnets(), reply{}, providers.ErrConflict, "default_network"},
		{"volume in use", "", with(twoVolumes), reply{}, volumes("vol-1 z1 in-use", "vol-2 z1 available"), providers.ErrConflict, "vol-1"},
		{"volumes in two zones", "", with(twoVolumes), reply{}, volumes("vol-1 z1 available", "vol-2 z2 available"), providers.ErrInvalid, "several zones"},
		{"volume in another zone", "zone: z2", with(func(s *providers.ServerSpec) { twoVolumes(s); s.Zone = "z2" }), reply{}, volumes("vol-1 z1 available", "vol-2 z1 available"), providers.ErrInvalid, "not in z2"},
		{"volume away from the network", "default_network: subnet-1", with(twoVolumes), subnets("subnet-1"), volumes("vol-1 z2 available", "vol-2 z2 available"), providers.ErrInvalid, "network in z1"},
		{"volume without id", "", with(func(s *providers.ServerSpec) { s.Volumes = []providers.AttachmentSpec{{}} }), reply{}, reply{}, providers.ErrNotFound, "empty id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t) // RunInstances has no answer: calling it fails the test
			f.on("DescribeSubnets", c.subnets).on("DescribeVolumes", c.volumes)
			_, _, err := f.provider(c.settings).CreateServer(t.Context(), c.spec)
			kindIs(t, err, c.want)
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q must say %q", err, c.says)
			}
		})
	}
}

// A volume decides the zone before the configured default does.
func TestServerGoesWhereItsVolumesAre(t *testing.T) {
	f := newFake(t)
	f.on("DescribeVolumes", ok("<volumeSet><item><volumeId>vol-1</volumeId><availabilityZone>z1</availabilityZone><status>available</status></item></volumeSet>"))
	f.on("RunInstances", launched("pending"))
	_, _, err := f.provider("zone: z2").CreateServer(t.Context(), providers.ServerSpec{ImageID: "ami-1", SizeID: "t3.micro", Volumes: []providers.AttachmentSpec{{VolumeID: "vol-1"}}})
	must(t, err)
	if zone := f.last("RunInstances").Get("Placement.AvailabilityZone"); zone != "z1" {
		t.Errorf("zone is %q, want z1", zone)
	}
}

func TestRefusedLaunches(t *testing.T) {
	for _, c := range []struct {
		answer reply
		want   error
		says   string
	}{
		{refuse("IdempotentParameterMismatch"), providers.ErrConflict, "the cloud's words"},
		{refuse("InstanceLimitExceeded"), providers.ErrQuota, "the cloud's words"},
		{refuse("InvalidAMIID.NotFound"), providers.ErrNotFound, "the cloud's words"},
		{refuse("VPCIdNotSpecified"), providers.ErrConflict, "set default_network or vpc"},
		{launched("terminated"), providers.ErrConflict, "i-1"},
		{ok("<instancesSet/>"), providers.ErrUnavailable, "0 instances"},
	} {
		f := newFake(t)
		f.on("RunInstances", c.answer)
		_, _, err := f.provider().CreateServer(t.Context(), providers.ServerSpec{Token: "t", ImageID: "ami-1", SizeID: "t3.micro"})
		kindIs(t, err, c.want)
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %q must say %q", err, c.says)
		}
	}
}

func TestPublicKey(t *testing.T) {
	wish := providers.ServerSpec{Token: "t", ImageID: "ami-1", SizeID: "t3.micro", PublicKey: publicKey, KeyName: "mine"}
	blob, err := keyBlob(publicKey)
	must(t, err)
	name := keyName(blob)
	pair := func(key string) reply {
		return ok("<keySet><item><keyName>" + name + "</keyName><publicKey>" + key + "</publicKey></item></keySet>")
	}
	t.Run("imported", func(t *testing.T) {
		f := newFake(t)
		f.on("ImportKeyPair", ok("<keyName>"+name+"</keyName>")).on("RunInstances", launched("pending"))
		_, _, err := f.provider().CreateServer(t.Context(), wish)
		must(t, err)
		material, err := base64.StdEncoding.DecodeString(f.last("ImportKeyPair").Get("PublicKeyMaterial"))
		if err != nil || string(material) != publicKey || f.last("RunInstances").Get("KeyName") != name {
			t.Errorf("imported %q (%v), launched with %q", material, err, f.last("RunInstances").Get("KeyName"))
		}
	})
	t.Run("there already", func(t *testing.T) {
		f := newFake(t)
		f.on("ImportKeyPair", refuse("InvalidKeyPair.Duplicate")).on("RunInstances", launched("pending"))
		f.on("DescribeKeyPairs", pair(strings.TrimSuffix(publicKey, "someone@example.org")+name))
		_, _, err := f.provider().CreateServer(t.Context(), wish)
		must(t, err)
	})
	t.Run("another under its name", func(t *testing.T) {
		f := newFake(t)
		f.on("ImportKeyPair", refuse("InvalidKeyPair.Duplicate"))
		f.on("DescribeKeyPairs", pair(strings.Replace(publicKey, "AAAAAAAA someone", "AAAAAAAB someone", 1)))
		_, _, err := f.provider().CreateServer(t.Context(), wish)
		kindIs(t, err, providers.ErrConflict)
	})
}
