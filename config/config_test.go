package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// write puts a file into a fresh folder and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// account is the least that an account needs.
const account = "accounts:\n  - {name: one, cloud: ec2}\n"

func TestProblems(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // without the file
	}{
		{"misspelt key", "lissten: x\n" + account, []string{":1: lissten: unknown key, did you mean listen?"}},
		{"misspelt key deep down", "store:\n  redis:\n    adresses: []\n", []string{":3: store.redis.adresses: unknown key, did you mean addresses?"}},
		{"misspelt key of an account", "accounts:\n  - name: a\n    clowd: ec2\n", []string{":3: accounts[0].clowd: unknown key, did you mean cloud?"}},
		{"nothing near", "log:\n  xyzzy: 1\n", []string{":2: log.xyzzy: unknown key, known are format, level"}},
		{"all at once", "a_a_a: 1\nhttp2: maybe\nlog: {levvel: x}\n", []string{
			":1: a_a_a: unknown key, known are accounts, cors, defaults, http2, limits, listen, log, occi, prices, public_url, refresh, store, tls, trusted_proxies, users",
			":3: log.levvel: unknown key, did you mean level?",
		}},
		{"wrong types", "http2: maybe\nlimits:\n  body_bytes: many\n  idle_timeout: soon\nusers: x\ntls: []\n", []string{
			":1: http2: is of the wrong type, want true or false",
			":3: limits.body_bytes: is of the wrong type, want a whole number",
			":4: limits.idle_timeout: is of the wrong type, want a duration with its unit, such as 30s or 5m",
			":5: users: is of the wrong type",
			":6: tls: is of the wrong type",
		}},
		{"duration without unit", "refresh:\n  servers: 30\n", []string{":2: refresh.servers: is a number, want a duration with its unit, such as 30s or 5m"}},
		{"key twice", "listen: 127.0.0.1:1\n" + account + "listen: 127.0.0.1:2\n", []string{`:4: listen: mapping key "listen" already defined at line 1`}},
		{"empty", "", []string{": is empty"}},
		{"list", "- a\n", []string{":1: is of the wrong type"}},
		{"no accounts", "listen: 127.0.0.1:1\n", []string{":1: accounts: none, so that there is nothing to serve"}},
		{"account without anything", "accounts:\n  - uid: x\n", []string{
			":2: accounts[0].name: is missing",
			":2: accounts[0].cloud: is missing",
		}},
		{"accounts alike", "accounts:\n  - {name: a, cloud: ec2}\n  - name: a\n    uid: a\n    cloud: ec2\n", []string{
			":3: accounts[1].name: another account has it",
			":4: accounts[1].uid: another account has it",
		}},
		{"uid from a name that is none", "accounts:\n  - {name: a b, cloud: ec2}\n", []string{
			":2: accounts[0].uid: want up to 64 letters, digits, dots, dashes and underscores; the default is the name",
		}},
		{"unknown default account", account + "defaults: {account: two}\n", []string{":3: defaults.account: no account has this name or uid"}},
		{"negative rate", "accounts:\n  - {name: a, cloud: ec2, rate: {per_second: -1, burst: -1}}\n", []string{
			":2: accounts[0].rate.per_second: want more than 0",
			":2: accounts[0].rate.burst: want 1 or more",
		}},
		{"open to the world", account + "listen: 0.0.0.0:80\n", []string{
			":3: listen: must be a loopback address such as 127.0.0.1:8787 while there are no users, or everybody on the network could use your clouds",
		}},
		{"all interfaces", account + "listen: ':80'\n", []string{
			":3: listen: must be a loopback address such as 127.0.0.1:8787 while there are no users, or everybody on the network could use your clouds",
		}},
		{"no port", account + "listen: localhost\n", []string{":3: listen: want host:port"}},
		{"half of TLS", account + "tls: {cert: x}\n", []string{":3: tls: want both cert and key, or none"}},
		{"HTTP/2 without TLS", account + "http2: true\n", []string{":3: http2: is offered over TLS only: tls.cert and tls.key are missing"}},
		{"proxies and URLs", account + "trusted_proxies: [10.0.0.0/8, proxy]\npublic_url: example.org\nocci: {keystone_url: 'http://u:p@h/'}\n", []string{
			":3: trusted_proxies[1]: want an IP address or a prefix such as 10.0.0.0/8",
			":4: public_url: want an http or https URL without user, query and fragment",
			":5: occi.keystone_url: want an http or https URL without user, query and fragment",
		}},
		{"switches", account + "occi:\n  default_media: text/occi\n  unsupported_media: 400\n  keystone_url: http://h/a=b\n  challenges: [basic, digest, basic]\n", []string{
			":4: occi.default_media: want one of text/plain, application/occi+json, application/json",
			":5: occi.unsupported_media: want 415 or 406",
			":6: occi.keystone_url: must not have = or '",
			":7: occi.challenges[1]: want one of basic, keystone",
			":7: occi.challenges[2]: is there twice",
		}},
		{"no challenge", account + "occi: {challenges: []}\n", []string{":3: occi.challenges: want basic, or keystone with a keystone_url"}},
		{"a challenge without its URL", account + "occi: {challenges: [keystone]}\n", []string{":3: occi.challenges: want basic, or keystone with a keystone_url"}},
		{"CORS", account + "cors:\n  origins: [example.org, 'https://a/', '*']\n  headers: ['a b']\n  max_age: 0s\n", []string{
			`:4: cors.origins[0]: want scheme://host or scheme://host:port, or "*" alone`,
			`:4: cors.origins[1]: want scheme://host or scheme://host:port, or "*" alone`,
			`:4: cors.origins[2]: want scheme://host or scheme://host:port, or "*" alone`,
			":5: cors.headers[0]: want the name of a header",
			":6: cors.max_age: want more than 0",
		}},
		{"log", account + "log: {level: loud, format: red}\n", []string{
			":3: log.level: want one of debug, info, warn, error",
			":3: log.format: want one of json, console",
		}},
		{"two stores", account + "store: {embedded: {path: x}, redis: {addresses: ['a:1']}}\n", []string{":3: store: want either embedded or redis"}},
		{"redis", account + "store: {redis: {addresses: [a]}}\n", []string{":3: store.redis.addresses[0]: want host:port"}},
		{"redis without addresses", account + "store: {redis: {}}\n", []string{":3: store.redis.addresses: none"}},
		{"redis cluster", account + "store: {redis: {addresses: ['a:1', 'b:1'], cluster: true, db: 1}}\n", []string{":3: store.redis.db: a cluster has database 0 only"}},
		{"redis both", account + "store: {redis: {addresses: ['a:1'], cluster: true, sentinel_master: m}}\n", []string{":3: store.redis: want either cluster or sentinel_master"}},
		{"redis half of TLS", account + "store: {redis: {addresses: ['a:1'], tls: true, tls_cert: x}}\n", []string{":3: store.redis: want both tls_cert and tls_key, or none"}},
		{"redis TLS files without TLS", account + "store: {redis: {addresses: ['a:1'], tls_ca: x}}\n", []string{":3: store.redis.tls: is off, so that tls_ca, tls_cert and tls_key have no use"}},
		{"redis prefix", account + "store: {redis: {addresses: ['a:1'], prefix: 'a{b}'}}\n", []string{":3: store.redis.prefix: must not have braces"}},
		{"redis neither", account + "store: {redis: {addresses: ['a:1', 'b:1']}}\n", []string{":3: store.redis.addresses: several make sense with cluster or sentinel_master only"}},
		{"users", account + "users:\n  - {name: 'a:b', password_hash: hunter2}\n  - {name: c, token_hashes: [abc]}\n  - {name: c}\n", []string{
			":4: users[0].name: want a name without colon",
			":4: users[0].password_hash: want an argon2id hash as occigate hash makes it",
			":5: users[1].token_hashes[0]: want the SHA-256 of a token, 64 hexadecimal digits",
			":6: users[2].name: another user has it",
			":6: users[2]: want a password_hash or token_hashes",
		}},
		{"limits", account + "limits: {body_bytes: 0, header_bytes: 1, idle_timeout: -1s, events: 0}\n", []string{
			":3: limits.body_bytes: want 1 or more",
			":3: limits.header_bytes: want 4096 or more",
			":3: limits.events: want 1 or more",
			":3: limits.idle_timeout: want more than 0",
		}},
		{"prices", account + "prices:\n  rate_cards: [cards/, '[.yaml']\n  exchange_rates: rates.txt\n  currency: eur\n  quote_key: short\n  look: 0s\n", []string{
			":4: prices.rate_cards[0]: want a name that ends in .yaml, .yml or .csv",
			":4: prices.rate_cards[1]: is no pattern of file names",
			":5: prices.exchange_rates: want a name that ends in .xml or .csv",
			":6: prices.currency: want a code of ISO 4217 such as EUR",
			":7: prices.quote_key: want at least 16 characters",
			":8: prices.look: want more than 0",
		}},
		{"a place that is none", "accounts:\n  - {name: a, cloud: ec2, location: {latitude: 91}}\n", []string{
			":2: accounts[0].location: want a latitude from -90 to 90 and a longitude from -180 to 180",
		}},
		{"variable that is not set", account + "public_url: https://${OCCIGATE_HOST}/\n", []string{":3: public_url: the variable OCCIGATE_HOST is not set"}},
		{"variable of another", account + "public_url: ${HOME}\n", []string{":3: public_url: only variables that start with OCCIGATE_ can be used, not HOME"}},
		{"variable in settings", "accounts:\n  - name: a\n    cloud: ec2\n    settings:\n      keys: [x, '${OCCIGATE_X}']\n", []string{":5: accounts[0].settings.keys[1]: the variable OCCIGATE_X is not set"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "c.yaml", tt.text)
			_, err := Load(path, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			got := strings.Split(strings.ReplaceAll(err.Error(), path, ""), "\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBrokenYAML(t *testing.T) {
	for _, text := range []string{"a: [1\n", "a: *x\n", "\ta: 1\n", "a: 1\n  b: 2\n", "a: 1\n---\nb: 2\n", "a: &x {b: *x}\n", "null\n", "# nothing\n"} {
		path := write(t, "c.yaml", text)
		_, err := Load(path, nil)
		var problems Problems
		if !errors.As(err, &problems) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%q: %v, want problems that name the file", text, err)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestProblemsHideValues(t *testing.T) {
	env := map[string]string{"OCCIGATE_SECRET": "s3cret"}
	for _, key := range []string{"http2", "limits", "users", "log: {level", "listen", "refresh: {servers", "store: {redis"} {
		text := account + key + ": ${OCCIGATE_SECRET}"
		if strings.Contains(key, "{") {
			text = account + key + ": \"${OCCIGATE_SECRET}\"}"
		}
		_, err := Load(write(t, "c.yaml", text), env)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// adapter is what an account's settings might look like.
type adapter struct {
	Region string        `yaml:"region"`
	Secret Secret        `yaml:"secret"`
	Wait   time.Duration `yaml:"wait"`
	Images struct {
		Owners []string `yaml:"owners"`
	} `yaml:"images"`
}

// load makes one account with the settings.
func load(t *testing.T, settings string, env map[string]string) (*Config, string) {
	t.Helper()
	path := write(t, "c.yaml", "accounts:\n  - name: one\n    cloud: ec2\n    settings:\n"+settings)
	c, err := Load(path, env)
	if err != nil {
		t.Fatal(err)
	}
	return c, path
}

func TestSettings(t *testing.T) {
	c, _ := load(t, "      region: x\n      images: {owners: [self]}\n", nil)
	got := adapter{Wait: time.Second, Region: "default"}
	if err := c.Accounts[0].Settings.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := adapter{Region: "x", Wait: time.Second}
	want.Images.Owners = []string{"self"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}

	c, path := load(t, "      regoin: x\n      wait: 5\n      images: {owner: [self]}\n", nil)
	err := c.Accounts[0].Settings.Decode(&got)
	wantText := strings.ReplaceAll(`FILE:5: accounts[0].settings.regoin: unknown key, did you mean region?
FILE:6: accounts[0].settings.wait: is a number, want a duration with its unit, such as 30s or 5m
FILE:7: accounts[0].settings.images.owner: unknown key, did you mean owners?`, "FILE", path)
	if err == nil || err.Error() != wantText {
		t.Errorf("got\n%v\nwant\n%s", err, wantText)
	}

	c, _ = load(t, "", nil)
	if err := c.Accounts[0].Settings.Decode(&got); err != nil {
		t.Errorf("no settings: %v", err)
	}
}

// TestTextStaysText reads as text what looks like another type.
func TestTextStaysText(t *testing.T) {
	for _, text := range []string{"0123", "1e3", "true", "yes", "2026-11-23", "0x10"} {
		c, _ := load(t, "      secret: "+text+"\n", nil)
		var got adapter
		if err := c.Accounts[0].Settings.Decode(&got); err != nil || got.Secret.Reveal() != text {
			t.Errorf("%s: %q, %v", text, got.Secret.Reveal(), err)
		}
	}
}

func TestSecrets(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "key"), []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"OCCIGATE_A": "null", "OCCIGATE_B": "a: [b", "OCCIGATE_C": "${OCCIGATE_A}", "OCCIGATE_DIR": folder}
	tests := map[string]string{
		"${OCCIGATE_A}":                "null",
		"${OCCIGATE_B}":                "a: [b",
		"${OCCIGATE_C}":                "${OCCIGATE_A}",
		"x${OCCIGATE_A}y${OCCIGATE_A}": "xnullynull",
		"'$${OCCIGATE_A}'":             "${OCCIGATE_A}",
		"file:${OCCIGATE_DIR}/key":     "from a file",
		"file:" + folder + "/key":      "from a file",
		"$5 {x}":                       "$5 {x}",
	}
	for text, want := range tests {
		c, _ := load(t, "      secret: "+text+"\n", env)
		var got adapter
		if err := c.Accounts[0].Settings.Decode(&got); err != nil || got.Secret.Reveal() != want {
			t.Errorf("%s: %q, %v, want %q", text, got.Secret.Reveal(), err, want)
		}
	}
	if _, err := Load(write(t, "c.yaml", account+"public_url: file:nowhere\n"), nil); err == nil || !strings.Contains(err.Error(), ":3: public_url: open ") {
		t.Errorf("missing secret file: %v", err)
	}
}

func TestSecretIsHidden(t *testing.T) {
	u := User{Name: "a", PasswordHash: "s3cret"}
	encoded, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(u), fmt.Sprintf("%+v", u), fmt.Sprintf("%#v", u), fmt.Sprintf("%q", u.PasswordHash), string(encoded)} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("%s shows the secret", text)
		}
	}
}

func TestUnusedVariables(t *testing.T) {
	env := map[string]string{"OCCIGATE_USED": "x", "OCCIGATE_TYPO": "y", "OCCIGATE_ALSO": "z", "HOME": "/"}
	c, _ := load(t, "      secret: ${OCCIGATE_USED}\n", env)
	if diff := cmp.Diff([]string{"OCCIGATE_ALSO", "OCCIGATE_TYPO"}, c.Unused); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}
}

func TestDerived(t *testing.T) {
	text := `
public_url: https://cloud.example.org/occi
trusted_proxies: [10.1.2.3, "fd00::/8"]
listen: 0.0.0.0:443
users: [{name: a, token_hashes: [2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b]}]
refresh: {servers: 10s}
defaults: {account: Second}
accounts:
  - {name: First, cloud: ec2, rate: {burst: 3}}
  - {name: Second, uid: two, cloud: openstack, refresh: {volumes: 7s}}
`
	c, err := Load(write(t, "c.yaml", text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Public().String(); got != "https://cloud.example.org/occi" {
		t.Errorf("public URL %s", got)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("fd00::/8")}
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(c.Proxies())); diff != "" {
		t.Errorf("proxies: %s", diff)
	}
	if a, there := c.DefaultAccount(); !there || a.UID != "two" {
		t.Errorf("default account %+v", a)
	}
	if a := c.Accounts[0]; a.UID != "First" || a.Rate != (Rate{10, 3}) || a.Refresh.Servers != 10*time.Second {
		t.Errorf("first account %+v", a)
	}
	if r := c.Accounts[1].Refresh; r.Volumes != 7*time.Second || r.Servers != 10*time.Second || r.Networks != 5*time.Minute {
		t.Errorf("refresh of the second account %+v", r)
	}
	if c, err := Load(write(t, "c.yaml", account), nil); err != nil || c.Public() != nil || c.Proxies() != nil {
		t.Errorf("%v; without keys there must be neither URL nor proxies", err)
	}
}
