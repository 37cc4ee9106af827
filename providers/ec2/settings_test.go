package ec2

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/providertest"
)

func build(s providertest.Settings, client *http.Client) (*Provider, error) {
	p, err := New(s, providers.Surroundings{UID: "aws", HTTP: client, Clock: providers.SystemClock{}})
	if err != nil {
		return nil, err
	}
	return p.(*Provider), nil
}

func TestSettingsDefaults(t *testing.T) {
	p, err := build("region: eu-west-1\naccess_key_id: a\nsecret_access_key: b\n", http.DefaultClient)
	must(t, err)
	want := Settings{
		Region: "eu-west-1", Credentials: "static", AccessKeyID: "a", SecretAccessKey: "b",
		VolumeType: "gp3", Images: Images{Owners: []string{"self"}},
		Prices: Prices{
			From: "none", Offers: []string{"AmazonEC2", "AmazonVPC", "AWSDataTransfer"},
			Every: 24 * time.Hour, SpotEvery: 15 * time.Minute,
		},
	}
	if diff := cmp.Diff(want, p.settings); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	const static = "access_key_id: a\nsecret_access_key: hush\n"
	for _, c := range []struct {
		name, yaml, says string
	}{
		{"no region", static, "region is missing"},
		{"no keys", "region: r\n", "need access_key_id"},
		{"half of the keys", "region: r\naccess_key_id: a\n", "secret_access_key"},
		{"unknown source", "region: r\ncredentials: magic\n", `not "magic"`},
		{"keys and environment", "region: r\ncredentials: environment\n" + static, "belong to static"},
		{"profile and static", "region: r\nprofile: p\n" + static, "belong to credentials: profile"},
		{"role without name", "region: r\nassume_role: {session_name: x}\n" + static, "assume_role.arn"},
		{"endpoint without scheme", "region: r\nendpoint: localhost\n" + static, "endpoint"},
		{"endpoint with password", "region: r\nendpoint: https://u:hush@h/\n" + static, "endpoint"},
		{"all of amazon", "region: r\nimages: {owners: [self, amazon]}\n" + static, "images.filters"},
		{"missing profile", "region: r\ncredentials: profile\nprofile: nobody\nprofile_files: [/dev/null]\n", "nobody"},
		{"misspelt key", "region: r\nacces_key_id: a\n", "acces_key_id"},
		{"misspelt inner key", "region: r\nimages: {owner: [self]}\n" + static, "owner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := build(providertest.Settings(c.yaml), http.DefaultClient)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error is %v, must say %q", err, c.says)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("a secret shows in %v", err)
			}
		})
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := build("endpoint: x\nimages: {owners: [amazon]}\n", http.DefaultClient)
	for _, says := range []string{"region", "endpoint", "access_key_id", "images.filters"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v does not name %s", err, says)
		}
	}
}

// signatures notes the access key and the session token of each call.
type signatures struct {
	mu   sync.Mutex
	seen []string
}

func (s *signatures) RoundTrip(r *http.Request) (*http.Response, error) {
	auth := r.Header.Get("Authorization")
	_, key, _ := strings.Cut(auth, "Credential=")
	key, _, _ = strings.Cut(key, "/")
	operation, _ := providers.Call(r.Context())
	s.mu.Lock()
	s.seen = append(s.seen, strings.TrimSpace(operation+" "+key+" "+r.Header.Get("X-Amz-Security-Token")))
	s.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func (s *signatures) said() string { return strings.Join(s.seen, ", ") }

func TestCredentials(t *testing.T) {
	files := filepath.Join(t.TempDir(), "credentials")
	must(t, os.WriteFile(files, []byte("[work]\naws_access_key_id = WORK\naws_secret_access_key = w\n[profile work]\nregion = eu-south-1\n[other]\naws_access_key_id = OTHER\naws_secret_access_key = o\n"), 0o600))
	f := newFake(t)
	f.on("DescribeInstances", ok("<reservationSet/>"))
	f.on("AssumeRole", ok(`<AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>r</SecretAccessKey><SessionToken>TOKEN</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>`))
	chained := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(chained, []byte("[profile far]\nrole_arn = arn:aws:iam::1:role/y\nsource_profile = near\nregion = r\n[profile near]\naws_access_key_id = NEAR\naws_secret_access_key = n\n"), 0o600))
	bundle := filepath.Join(t.TempDir(), "bundle")
	authority := httptest.NewTLSServer(nil)
	defer authority.Close()
	must(t, os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Certificate().Raw}), 0o600))
	t.Setenv("AWS_CA_BUNDLE", bundle)
	t.Setenv("AWS_ACCESS_KEY_ID", "ENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "e")
	t.Setenv("AWS_SESSION_TOKEN", "ENVTOKEN")
	t.Setenv("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:1")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")

	for _, c := range []struct{ name, yaml, want string }{
		{"static", "region: r\naccess_key_id: OWN\nsecret_access_key: o", "DescribeInstances OWN"},
		{"environment", "region: r\ncredentials: environment", "DescribeInstances ENV ENVTOKEN"},
		{"profile", "credentials: profile\nprofile: work\nprofile_files: [" + files + "]", "DescribeInstances WORK"},
		{
			"profile with a role", "credentials: profile\nprofile: far\nprofile_files: [" + chained + "]",
			"credentials NEAR, DescribeInstances ROLE TOKEN",
		},
		{
			"role", "region: r\naccess_key_id: OWN\nsecret_access_key: o\nassume_role: {arn: 'arn:aws:iam::1:role/x', external_id: e, session_name: s}",
			"AssumeRole OWN, DescribeInstances ROLE TOKEN",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := &signatures{}
			p, err := build(providertest.Settings(c.yaml+"\nendpoint: "+f.server.URL+"\n"), &http.Client{Transport: seen})
			must(t, err)
			_, err = p.Servers(t.Context())
			must(t, err)
			if seen.said() != c.want {
				t.Errorf("calls are %q, want %q", seen.said(), c.want)
			}
		})
	}
	seen := &signatures{}
	p, err := build(f.settings("assume_role: {arn: 'arn:aws:iam::1:role/x', external_id: e, session_name: s}"), &http.Client{Transport: seen})
	must(t, err)
	_, err = p.Servers(t.Context())
	must(t, err)
	role := f.last("AssumeRole")
	if role.Get("RoleArn") != "arn:aws:iam::1:role/x" || role.Get("ExternalId") != "e" || role.Get("RoleSessionName") != "s" {
		t.Errorf("the role was asked for as %v", role)
	}
}

func TestProfileBringsItsRegion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(file, []byte("[profile work]\naws_access_key_id = A\naws_secret_access_key = B\nregion = eu-south-1\n"), 0o600))
	p, err := build(providertest.Settings("credentials: profile\nprofile: work\nprofile_files: ["+file+"]\n"), http.DefaultClient)
	must(t, err)
	if p.region != "eu-south-1" {
		t.Errorf("region is %q", p.region)
	}
}

// Without credentials anywhere the account is denied, and the instance metadata
// service is not asked.
func TestNoCredentialsAreDenied(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	metadata := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the instance metadata service was asked")
	}))
	defer metadata.Close()
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
	p, err := build("region: r\ncredentials: environment\nendpoint: http://127.0.0.1:1\n", http.DefaultClient)
	must(t, err)
	_, err = p.Identity(t.Context())
	kindIs(t, err, providers.ErrDenied)
}

func TestRefusedRoleIsDenied(t *testing.T) {
	f := newFake(t)
	f.on("AssumeRole", raw("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"))
	f.script["AssumeRole"][0].status = 403
	_, err := f.provider("assume_role: {arn: 'arn:aws:iam::1:role/x'}").Servers(t.Context())
	kindIs(t, err, providers.ErrDenied)
	if err != nil && !strings.HasPrefix(err.Error(), "AssumeRole: ") {
		t.Errorf("the error does not name the call: %v", err)
	}
	f.server.Close()
	_, err = f.provider("assume_role: {arn: 'arn:aws:iam::1:role/x'}").Servers(t.Context())
	kindIs(t, err, providers.ErrUnavailable)
}

func TestIdentity(t *testing.T) {
	f := newFake(t)
	got, err := f.provider().Identity(t.Context())
	must(t, err)
	want := providers.Identity{Account: "111122223333", Region: "eu-central-1", User: "arn:aws:iam::111122223333:user/u"}
	if got != want {
		t.Errorf("identity is %+v, want %+v", got, want)
	}
	f.on("GetCallerIdentity", ok(`<GetCallerIdentityResult/>`))
	_, err = f.provider().Identity(t.Context())
	kindIs(t, err, providers.ErrUnavailable)
}

// marks notes what the transport is told of each call, and whether the body can
// be sent again.
type marks struct {
	mu   sync.Mutex
	seen map[string]bool
	t    *testing.T
}

func (m *marks) RoundTrip(r *http.Request) (*http.Response, error) {
	operation, repeatable := providers.Call(r.Context())
	m.mu.Lock()
	m.seen[operation] = repeatable
	m.mu.Unlock()
	if r.GetBody == nil {
		m.t.Errorf("%s cannot be sent again", operation)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.GetBody != nil {
		again, _ := r.GetBody()
		var sum [4]byte
		if n, _ := again.Read(sum[:]); n == 0 {
			m.t.Errorf("%s would be sent again without its body", operation)
		}
	}
	return res, err
}

// Only what is harmless to repeat is marked so: reads, states that are asked
// for, and what carries a client token.
func TestCallsAreMarked(t *testing.T) {
	f := newFake(t)
	seen := &marks{seen: map[string]bool{}, t: t}
	p, err := build(f.settings(), &http.Client{Transport: seen})
	must(t, err)
	refused := refuse("InvalidParameterValue")
	want := map[string]bool{
		"DescribeInstances": true, "StartInstances": true, "StopInstances": true, "RebootInstances": false,
		"TerminateInstances": true, "RunInstances": true, "CreateVolume": true, "DeleteVolume": false,
		"DetachVolume": false, "ModifyInstanceAttribute": true, "CreateImage": false, "DeregisterImage": false,
		"AllocateAddress": false, "ReleaseAddress": false, "DeleteSubnet": false, "GetCallerIdentity": true,
	}
	for operation := range want {
		if operation != "GetCallerIdentity" {
			f.on(operation, refused)
		}
	}
	ctx := t.Context()
	p.Identity(ctx)
	p.Servers(ctx)
	for _, op := range []providers.PowerOp{"start", "stop", "reboot"} {
		p.Power(ctx, "i-1", op)
	}
	p.DeleteServer(ctx, "i-1")
	p.ResizeServer(ctx, "i-1", "t3.small")
	p.CreateServer(ctx, providers.ServerSpec{Token: "t", ImageID: "ami-1", SizeID: "t3.micro"})
	p.CreateVolume(ctx, providers.VolumeSpec{Token: "t", SizeGiB: 1, Zone: "z"})
	p.DeleteVolume(ctx, "vol-1")
	p.DetachVolume(ctx, "i-1", "vol-1")
	p.SaveServer(ctx, "i-1", providers.ImageSpec{Token: "t", Name: "n"})
	p.DeleteImage(ctx, "ami-1")
	p.CreateAddress(ctx, providers.AddressSpec{})
	p.DeleteAddress(ctx, "eipalloc-1")
	p.DeleteNetwork(ctx, "subnet-1")
	if diff := cmp.Diff(want, seen.seen); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
}

func TestSettingsHideTheirSecrets(t *testing.T) {
	p := newFake(t).provider("assume_role: {arn: a, external_id: " + sessionToken + "}")
	for _, shown := range []string{fmt.Sprintf("%v", p.settings), fmt.Sprintf("%+v", p.settings), fmt.Sprintf("%#v", p.settings)} {
		if strings.Contains(shown, secretKey) || strings.Contains(shown, sessionToken) {
			t.Errorf("a secret shows in %s", shown)
		}
	}
}
