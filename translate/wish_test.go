package translate

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/translate/occi"
)

const (
	netPath  = "/network/11111111-1111-4111-8111-111111111111"
	discPath = "/storage/22222222-2222-4222-8222-222222222222"
)

// wishes of two clouds; the network and the volume are at aws.
func wishes(defaultUID string) Wishes {
	known := map[string]Ref{
		netPath:  {ID: "1", UID: "aws", Kind: Network, Native: "subnet-1"},
		discPath: {ID: "2", UID: "aws", Kind: Storage, Native: "vol-1"},
	}
	return Wishes{
		Templates: twoClouds(), Default: defaultUID,
		Resolve: func(l string) (Ref, bool) { r, ok := known[l]; return r, ok },
	}
}

func TestServerWish(t *testing.T) {
	w := wishes("private")
	tpl := w.Templates
	debian, micro := tpl.Of(OSTpl, "aws", "ami-1"), tpl.Of(ResourceTpl, "aws", "t3.micro")
	link := func(path string) occi.Entity { return occi.Entity{Target: occi.End{Location: path}} }
	cases := []struct {
		name   string
		entity occi.Entity
		uid    string
		spec   providers.ServerSpec
		kind   error
		says   string
	}{
		{name: "bare goes to the default", uid: "private"},
		{
			name: "templates choose the cloud", entity: occi.Entity{Title: "web", Mixins: []string{debian, micro}},
			uid: "aws", spec: providers.ServerSpec{Name: "web", ImageID: "ami-1", SizeID: "t3.micro"},
		},
		{name: "the cloud's mixin alone", entity: occi.Entity{Mixins: []string{tpl.Of(Cloud, "aws", "")}}, uid: "aws"},
		{name: "the region alone", entity: occi.Entity{Mixins: []string{tpl.Of(Region, "aws", "")}}, uid: "aws"},
		{
			name: "a zone", entity: occi.Entity{Mixins: []string{tpl.Of(Zone, "aws", "eu-west-1a")}},
			uid: "aws", spec: providers.ServerSpec{Zone: "eu-west-1a"},
		},
		{
			name: "things of two clouds", entity: occi.Entity{Mixins: []string{debian, tpl.Of(ResourceTpl, "private", "1")}},
			kind: providers.ErrConflict, says: "os_tpl of aws",
		},
		{
			name: "two images", entity: occi.Entity{Mixins: []string{debian, tpl.Of(OSTpl, "aws", "ami-2")}},
			kind: providers.ErrConflict, says: "os_tpl",
		},
		{
			name:   "a link chooses the cloud",
			entity: occi.Entity{Links: []occi.Entity{link(netPath), link(discPath)}}, uid: "aws",
			spec: providers.ServerSpec{
				Networks: []providers.InterfaceSpec{{NetworkID: "subnet-1"}},
				Volumes:  []providers.AttachmentSpec{{VolumeID: "vol-1"}},
			},
		},
		{
			name:   "a link to another cloud than the template's",
			entity: occi.Entity{Mixins: []string{tpl.Of(OSTpl, "private", "9f2c")}, Links: []occi.Entity{link(netPath)}},
			kind:   providers.ErrConflict, says: "network of aws",
		},
		{
			name: "a link to nowhere", entity: occi.Entity{Links: []occi.Entity{link("/network/3")}},
			kind: providers.ErrInvalid, says: "/network/3",
		},
		{
			name:   "an abstract size",
			entity: occi.Entity{Mixins: []string{debian, occi.SchemeComputeTemplate + "mem_medium"}},
			uid:    "aws", spec: providers.ServerSpec{ImageID: "ami-1", SizeID: "m5.large"},
		},
		{
			name: "cores and memory",
			entity: occi.Entity{Mixins: []string{debian}, Attributes: occi.Attributes{
				occi.AttrCores: int64(1), occi.AttrMemory: 0.5,
			}},
			uid: "aws", spec: providers.ServerSpec{ImageID: "ami-1", SizeID: "t3.micro"},
		},
		{
			name:   "more memory than any size has",
			entity: occi.Entity{Attributes: occi.Attributes{occi.AttrMemory: 4096.0}},
			kind:   providers.ErrInvalid, says: "no size of private has 4096 GiB of memory: its resource_tpl",
		},
		{
			name: "cores of an architecture that no size has",
			entity: occi.Entity{Attributes: occi.Attributes{
				occi.AttrCores: int64(64), occi.AttrArchitecture: "x86",
			}},
			kind: providers.ErrInvalid, says: "no size of private has 64 cores and the architecture x86",
		},
		{
			name:   "an abstract size that no size is enough for",
			entity: occi.Entity{Mixins: []string{occi.SchemeComputeTemplate + "mem_large"}},
			kind:   providers.ErrInvalid, says: "4 cores and 16 GiB of memory and 40 GiB of disk",
		},
		{
			name:   "more memory than can be counted",
			entity: occi.Entity{Attributes: occi.Attributes{occi.AttrMemory: 1e300}},
			kind:   providers.ErrInvalid, says: "GiB of memory",
		},
		{
			name: "a template beats sizes",
			entity: occi.Entity{Mixins: []string{micro}, Attributes: occi.Attributes{
				occi.AttrMemory: 8.0,
			}},
			uid: "aws", spec: providers.ServerSpec{SizeID: "t3.micro"},
		},
		{
			name: "key and user data in the older spelling", uid: "private",
			entity: occi.Entity{Attributes: occi.Attributes{
				occi.AttrOpenStackKeyData: "ssh-ed25519 AAAA ann", occi.AttrOpenStackKeyName: "ann",
				occi.AttrOpenStackUserData: "I2Nsb3VkLWNvbmZpZwo=",
			}},
			spec: providers.ServerSpec{PublicKey: "ssh-ed25519 AAAA ann", UserData: []byte("#cloud-config\n")},
		},
		{
			name: "a key by name", uid: "private",
			entity: occi.Entity{Attributes: occi.Attributes{occi.AttrOpenStackKeyName: "ann"}},
			spec:   providers.ServerSpec{KeyName: "ann"},
		},
		{
			name: "user data that is no base64", uid: "private",
			entity: occi.Entity{Attributes: occi.Attributes{occi.AttrUserData: "#!/bin/sh\necho hi"}},
			spec:   providers.ServerSpec{UserData: []byte("#!/bin/sh\necho hi")},
		},
		{
			name: "two keys that differ",
			entity: occi.Entity{Attributes: occi.Attributes{
				occi.AttrOpenStackKeyData: "ssh-rsa A", occi.AttrPublicKey: "ssh-rsa B",
			}},
			kind: providers.ErrConflict, says: occi.AttrPublicKey,
		},
		{
			name: "a title as host name", uid: "private",
			entity: occi.Entity{Attributes: occi.Attributes{occi.AttrHostname: "My VM!"}},
			spec:   providers.ServerSpec{Name: "My VM!", Hostname: "My-VM"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			uid, spec, err := w.ServerWish(&c.entity)
			if c.kind != nil {
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("error %v, want kind %v that says %q", err, c.kind, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if uid != c.uid {
				t.Errorf("account %q, want %q", uid, c.uid)
			}
			if diff := cmp.Diff(c.spec, spec); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoDefault(t *testing.T) {
	_, _, err := wishes("").ServerWish(&occi.Entity{})
	if !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), Cloud) {
		t.Errorf("error %v, want one that says which mixins name a cloud", err)
	}
}

func TestVolumeAndNetworkWish(t *testing.T) {
	w := wishes("private")
	uid, volume, err := w.VolumeWish(&occi.Entity{Title: "data", Attributes: occi.Attributes{occi.AttrStorageSize: 0.1}})
	if err != nil || uid != "private" || volume != (providers.VolumeSpec{Name: "data", SizeGiB: 0.1}) {
		t.Errorf("VolumeWish = %q, %+v, %v", uid, volume, err)
	}
	if _, _, err = w.VolumeWish(&occi.Entity{}); !errors.Is(err, providers.ErrInvalid) {
		t.Errorf("a volume without size: %v", err)
	}
	uid, network, err := w.NetworkWish(&occi.Entity{
		Title: "inner", Mixins: []string{w.Templates.Of(Zone, "aws", "eu-west-1a"), PublicNet},
		Attributes: occi.Attributes{
			occi.AttrVLAN: int64(12), occi.AttrNetworkAddress: "10.1.0.0/24",
			occi.AttrNetworkGateway: "10.1.0.1", occi.AttrNetworkAllocation: "static",
		},
	})
	want := providers.NetworkSpec{
		Name: "inner", Zone: "eu-west-1a", CIDR: "10.1.0.0/24", Gateway: "10.1.0.1", VLAN: 12, Static: true, Public: true,
	}
	if err != nil || uid != "aws" || network != want {
		t.Errorf("NetworkWish = %q, %+v, %v", uid, network, err)
	}
}
