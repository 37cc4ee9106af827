package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/cmd/app"
	"occigate/gateway/access"
	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/openstack"
)

// run carries out one command line and returns what it printed.
func run(t *testing.T, env map[string]string, args ...string) (stdout string, err error) {
	t.Helper()
	var out, problems bytes.Buffer
	err = app.Run(context.Background(), args, env, &out, &problems)
	return out.String(), err
}

// file writes a configuration and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "occigate.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", filepath.Dir(path))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// twoClouds serves an EC2 and an OpenStack and returns the accounts part of a
// configuration for them, with the OpenStack password from a variable.
func twoClouds(t *testing.T) string {
	t.Helper()
	amazon := httptest.NewServer(ec2.New(ec2.Options{Region: "eu-west-1"}))
	t.Cleanup(amazon.Close)
	stack := openstack.New(openstack.Options{})
	stack.Seed()
	private := httptest.NewServer(stack)
	t.Cleanup(private.Close)
	return strings.NewReplacer("EC2", amazon.URL, "STACK", private.URL, "KEY", ec2.ExampleAccessKeyID, "SHH", ec2.ExampleSecretAccessKey).Replace(`
accounts:
  - name: amazon
    cloud: ec2
    settings: {region: eu-west-1, endpoint: "EC2", access_key_id: KEY, secret_access_key: "SHH"}
  - name: private
    cloud: openstack
    settings: {auth_url: "STACK/identity/v3", username: demo, password: "${OCCIGATE_PASSWORD}", project_name: demo, default_network: frontend}
`)
}

func TestVersion(t *testing.T) {
	if out, err := run(t, nil, "version"); err != nil || !strings.HasPrefix(out, "occigate "+app.Version) {
		t.Errorf("version = %q, %v", out, err)
	}
}

func TestUnknownCommandIsAnError(t *testing.T) {
	for line, want := range map[string]string{
		"sevre": `there is no command "sevre": see occigate help`, "demo --lisen x": "unknown flag: --lisen: see occigate demo --help",
	} {
		if _, err := run(t, nil, strings.Fields(line)...); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	if out, err := run(t, nil); err != nil || !strings.Contains(out, "serve") {
		t.Errorf("no command: %q, %v", out, err)
	}
}

func TestHashIsAccepted(t *testing.T) {
	out, err := run(t, nil, "hash", "--token")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(out) // token: T hash: H
	if len(fields) != 4 || access.HashToken(fields[1]) != fields[3] {
		t.Errorf("hash --token = %q", out)
	}
}

func TestCheck(t *testing.T) {
	clouds := twoClouds(t)
	out, err := run(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "check", "--config", file(t, clouds))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"amazon", "123456789012", "private", "13"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
	out, err = run(t, map[string]string{"OCCIGATE_PASSWORD": "wrong"}, "check", "--config", file(t, clouds))
	if err == nil || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("check with a wrong password: %v", err)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "private") && !strings.Contains(line, "denied") {
			t.Errorf("the row does not say what is wrong: %s", line)
		}
	}
	if strings.Contains(out, "wrong") {
		t.Errorf("the password is shown:\n%s", out)
	}
}

// TestCheckOfPrices tells what is wrong with price files before a gateway starts.
func TestCheckOfPrices(t *testing.T) {
	good, rates := filepath.Join(t.TempDir(), "good.yaml"), filepath.Join(t.TempDir(), "rates.csv")
	priceCard(t, good, "0.01")
	bad := filepath.Join(filepath.Dir(good), "wrong.yaml")
	priceCard(t, bad, "-0.01")
	if err := os.WriteFile(rates, []byte("#base,EUR\ncurrency,rate\nUSD,1.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := "prices: {rate_cards: ['" + filepath.Dir(good) + "/*.yaml', '" + bad + "-is-not-there.csv'], exchange_rates: '" + rates + "'}\n" + twoClouds(t)
	out, err := run(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "check", "--config", file(t, config))
	if err == nil || !strings.Contains(err.Error(), "2 of 3 rate cards") || !strings.Contains(err.Error(), "rates.csv") {
		t.Errorf("%v", err)
	}
	for _, want := range []string{good + ": good, 3 prices of openstack", bad + ":6: price: is negative: -0.01 EUR", bad + "-is-not-there.csv"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestWrongConfigurations(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"a misspelt key", "lisen: 127.0.0.1:0\n", ":1: lisen: unknown key, did you mean listen?"},
		{"a misspelt setting", "\naccounts:\n  - name: a\n    cloud: ec2\n    settings: {regoin: x}\n", "regoin"},
		{"an unknown cloud", "accounts:\n  - {name: a, cloud: azure}\n", "azure"},
		{"a missing variable", "accounts:\n  - name: a\n    cloud: openstack\n    settings: {password: \"${OCCIGATE_NOT_THERE}\"}\n", "OCCIGATE_NOT_THERE"},
		{"open to everybody", "listen: 0.0.0.0:0\n", "loopback"},
		{"a plain password", "users: [{name: ann, password_hash: hunter2}]\n", "argon2id"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := run(t, nil, "serve", "--config", file(t, c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
	_, err := run(t, map[string]string{"OCCIGATE_PASSWORD": "x"}, "serve", "--config", file(t, twoClouds(t)), "--listen", "0.0.0.0:0")
	if err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("--listen 0.0.0.0 without users: %v", err)
	}
}

// TestServeWithWrongCredentials checks that one cloud that refuses us is marked
// and takes nothing from the others.
func TestServeWithWrongCredentials(t *testing.T) {
	p := Start(t, map[string]string{"OCCIGATE_PASSWORD": "wrong"},
		"serve", "--config", file(t, "store: {embedded: {path: DIR/x.db}}"+twoClouds(t)), "--listen", "127.0.0.1:0")
	var report struct {
		Clouds []struct {
			UID, Problem string
			Fresh        bool
			Kind         string `json:"problem_kind"`
		}
	}
	p.Eventually(t, "decided", func() bool {
		if err := json.Unmarshal([]byte(p.Must(t, 200, "GET", "/clouds", "").Body), &report); err != nil {
			t.Fatal(err)
		}
		return report.Clouds[0].Fresh && report.Clouds[1].Problem != ""
	})
	if bad := report.Clouds[1]; bad.UID != "private" || bad.Kind != "denied" {
		t.Errorf("the cloud with wrong credentials is shown as %+v", bad)
	}
	a := p.Must(t, http.StatusOK, "GET", "/network/", "")
	p.Eventually(t, "marked in the headers", func() bool {
		a = p.Must(t, http.StatusOK, "GET", "/network/", "")
		return strings.HasPrefix(a.Header.Get("X-Occigate-Incomplete"), "private: ")
	})
	if !strings.Contains(a.Body, "/network/") {
		t.Errorf("the networks of the other cloud are missing: %q", a.Body)
	}
	if strings.Contains(p.Output(), "wrong") {
		t.Errorf("the password is in the log:\n%s", p.Output())
	}
}

func TestUsers(t *testing.T) {
	token := access.NewToken()
	text := `
listen: 127.0.0.1:0
log: {level: info}
store: {embedded: {path: DIR/x.db}}
users:
  - {name: ann, password_hash: "` + access.Hash("pass word") + `", token_hashes: ["` + access.HashToken(token) + `"]}
` + twoClouds(t)
	p := Start(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "serve", "--config", file(t, text))
	for _, path := range []string{"/-/", "/compute/", "/nothing/", "/metrics", "/clouds"} {
		for _, method := range []string{"GET", "HEAD"} {
			a := p.Must(t, http.StatusUnauthorized, method, path, "", "Accept", "image/png")
			if got := a.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, `Basic realm="occigate"`) {
				t.Errorf("%s %s: challenge %q", method, path, got)
			}
		}
	}
	p.Must(t, http.StatusUnauthorized, "GET", "/-/", "", "Authorization", "Bearer "+access.NewToken())
	p.Must(t, http.StatusOK, "GET", "/-/", "", "Authorization", "Bearer "+token)
	p.Must(t, http.StatusOK, "GET", "/-/", "", "X-Auth-Token", token)
	p.Must(t, http.StatusOK, "GET", "/-/", "", "Authorization", "Basic YW5uOnBhc3Mgd29yZA==")
	p.Must(t, http.StatusOK, "GET", "/healthz", "")
	metrics := p.Must(t, http.StatusOK, "GET", "/metrics", "", "X-Auth-Token", token).Body
	if !strings.Contains(metrics, `occigate_http_requests_total{method="GET",route="/-/",status="200"}`) {
		t.Errorf("no count of requests:\n%.500s", metrics)
	}
	for _, secret := range []string{token, "pass word", "YW5uOnBhc3Mgd29yZA"} {
		if strings.Contains(p.Output(), secret) {
			t.Errorf("the log holds a credential")
		}
	}
}

func TestServeOnATakenAddress(t *testing.T) {
	p := Start(t, nil, "demo", "--listen", "127.0.0.1:0")
	address := strings.TrimPrefix(p.URL, "http://")
	config := file(t, "store: {embedded: {path: DIR/taken.db}}\n"+twoClouds(t))
	_, err := run(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "serve", "--config", config, "--listen", address)
	if err == nil || !strings.Contains(err.Error(), address) || !strings.HasSuffix(err.Error(), ": --listen takes another address") {
		t.Errorf("serve = %v, want an error that names %s and what helps", err, address)
	}
}

// TestDemoOfUnknownClouds names a cloud that is not simulated.
func TestDemoOfUnknownClouds(t *testing.T) {
	_, err := run(t, nil, "demo", "--clouds", "private,azure")
	if err == nil || !strings.Contains(err.Error(), `"azure"`) || !strings.Contains(err.Error(), "private, amazon, gogrid") {
		t.Errorf("%v, want an error that names azure and what there is", err)
	}
}
