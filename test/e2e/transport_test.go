package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/access"
	"occigate/test/cloudsim/openstack"
)

// oneCloud is a configuration with a simulated OpenStack as its only account.
func oneCloud(t *testing.T, cloud *openstack.Cloud, more string) string {
	t.Helper()
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	return file(t, `
listen: 127.0.0.1:0
store: {embedded: {path: DIR/occigate.db}}
accounts:
  - name: lab
    cloud: openstack
    settings: {auth_url: "`+server.URL+`/identity/v3", username: demo, password: secret, project_name: demo}
`+more)
}

// serving is the program over one cloud with what a test adds to its
// configuration.
func serving(t *testing.T, more string) *Program {
	t.Helper()
	cloud := openstack.New(openstack.Options{})
	cloud.Seed()
	return Start(t, nil, "serve", "--config", oneCloud(t, cloud, more))
}

// TestOptions asks every kind of path what can be done there.
func TestOptions(t *testing.T) {
	p := serving(t, "")
	for path, want := range map[string][]string{
		"/-/":                    {"GET", "HEAD"},
		"/compute/":              {"GET", "HEAD", "POST"},
		"/compute":               {"GET", "HEAD", "POST"},
		"//storage//":            {"GET", "HEAD", "POST"},
		first(t, p, "/compute/"): {"GET", "HEAD", "POST", "DELETE"},
		"/":                      {"GET", "HEAD"},
		"/link/":                 {"GET", "HEAD"},
		"/mixin/os_tpl/":         {"GET", "HEAD"},
	} {
		a := p.Must(t, http.StatusOK, "OPTIONS", path, "")
		promised(t, a)
		allow := strings.Split(a.Header.Get("Allow"), ", ")
		for _, method := range append(want, "OPTIONS") {
			if !strings.Contains(a.Header.Get("Allow"), method) {
				t.Errorf("OPTIONS %s allows %q, not %s", path, allow, method)
			}
		}
		// What is not allowed is refused with the same list.
		if refused := p.Must(t, http.StatusMethodNotAllowed, "PATCH", path, ""); refused.Header.Get("Allow") != a.Header.Get("Allow") {
			t.Errorf("PATCH %s allows %q, OPTIONS %q", path, refused.Header.Get("Allow"), a.Header.Get("Allow"))
		}
	}
	p.Must(t, http.StatusNotFound, "OPTIONS", "/nothing/", "")
	a, _ := exchange(t, p, "OPTIONS * HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n")
	if a.Status != http.StatusOK || a.Header.Get("Allow") == "" {
		t.Errorf("OPTIONS *: %d %v", a.Status, a.Header)
	}
	promised(t, a)
}

// TestCORS asks as browsers do for pages of another origin.
func TestCORS(t *testing.T) {
	users := fmt.Sprintf("users: [{name: ann, password_hash: %q}]\n", access.Hash("secret"))
	const page = "https://console.example.org"
	asking := []string{"Origin", page, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, x-mine"}
	t.Run("off", func(t *testing.T) {
		p := serving(t, users)
		a := p.Must(t, http.StatusUnauthorized, "OPTIONS", "/compute/", "", asking...)
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("allows %q without being configured to", got)
		}
	})
	t.Run("one origin", func(t *testing.T) {
		p := serving(t, users+"cors: {origins: ["+page+"], headers: [X-Mine], max_age: 1m}\n")
		a := p.Must(t, http.StatusNoContent, "OPTIONS", "/compute/", "", asking...)
		promised(t, a)
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": page, "Access-Control-Allow-Methods": "DELETE",
			"Access-Control-Allow-Headers": "X-Mine", "Access-Control-Max-Age": "60",
		} {
			if !strings.Contains(a.Header.Get(name), want) {
				t.Errorf("%s: %q lacks %s", name, a.Header.Get(name), want)
			}
		}
		if !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Error("pages may not send credentials")
		}
		a = p.Must(t, http.StatusUnauthorized, "GET", "/compute/", "", "Origin", page)
		if a.Header.Get("Access-Control-Allow-Origin") != page || !strings.Contains(a.Header.Get("Vary"), "Accept") {
			t.Errorf("a 401 cannot be read by the page: %v", a.Header)
		}
		for _, name := range []string{"Location", "X-OCCI-Location", "X-OCCI-Attribute", "ETag", "Age"} {
			if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), name) {
				t.Errorf("pages cannot read %s", name)
			}
		}
		if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "Origin") {
			t.Errorf("Vary %q lacks Origin", vary)
		}
		a = p.Must(t, http.StatusUnauthorized, "OPTIONS", "/compute/", "", "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST")
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("another origin is allowed: %q", got)
		}
	})
	t.Run("all origins", func(t *testing.T) {
		p := serving(t, `cors: {origins: ["*"]}`)
		if got := p.Must(t, 200, "GET", "/compute/", "", "Origin", page).Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("Access-Control-Allow-Origin: %q", got)
		}
	})
}

// TestChallenges holds the 401 to the order that each client needs.
func TestChallenges(t *testing.T) {
	users := fmt.Sprintf("users: [{name: ann, password_hash: %q}]\n", access.Hash("secret"))
	const basic, keystone = `Basic realm="occigate", charset="UTF-8"`, "Keystone uri='https://keystone.example.org/v3'"
	const url = "keystone_url: https://keystone.example.org/v3"
	for name, c := range map[string]struct {
		occi string
		want []string
	}{
		"Basic alone":    {"", []string{basic}},
		"Basic first":    {url, []string{basic, keystone}},
		"Keystone first": {"challenges: [keystone, basic], " + url, []string{keystone, basic}},
		"Keystone alone": {"challenges: [keystone], " + url, []string{keystone}},
	} {
		t.Run(name, func(t *testing.T) {
			p := serving(t, users+"occi: {"+c.occi+"}\n")
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
				for _, path := range []string{"/-/", "/nothing/"} { // before 404 and 406
					a := p.Must(t, http.StatusUnauthorized, method, path, "", "Accept", "image/png")
					promised(t, a)
					if diff := cmp.Diff(c.want, a.Header.Values("WWW-Authenticate")); diff != "" {
						t.Errorf("%s %s: challenges (-want +got):\n%s", method, path, diff)
					}
				}
			}
		})
	}
}

// TestAnswerHeaders looks at what every OCCI answer says about itself.
func TestAnswerHeaders(t *testing.T) {
	p := serving(t, "")
	a := p.Must(t, 200, "GET", "/compute/", "")
	for name, want := range map[string]string{
		"Accept": "application/occi+json", "Vary": "Accept-Encoding", "Cache-Control": "private, no-cache",
	} {
		if !strings.Contains(a.Header.Get(name), want) {
			t.Errorf("%s: %q lacks %s", name, a.Header.Get(name), want)
		}
	}
	old := p.Must(t, 200, "GET", "/compute/", "", "User-Agent", "rOCCI-core/4.3.6 rOCCI-api/4.3.14 OCCI/1.1 ruby").Header.Get("Accept")
	if strings.Contains(old, "json") || !strings.Contains(old, "text/plain") {
		t.Errorf("a client of OCCI 1.1 is offered %q", old)
	}
}

// TestHTTP2 is spoken over TLS only where the switch is on.
func TestHTTP2(t *testing.T) {
	cert, key, roots := certificate(t)
	secure := fmt.Sprintf("tls: {cert: %q, key: %q}\n", cert, key)
	for more, want := range map[string]string{secure: "HTTP/1.1", secure + "http2: true\n": "HTTP/2.0"} {
		t.Run(want, func(t *testing.T) {
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
			cloud := openstack.New(openstack.Options{})
			p := StartFor(t, &http.Client{Transport: transport, Timeout: 30 * time.Second}, nil,
				"serve", "--config", oneCloud(t, cloud, more))
			resp, err := p.Client.Get(p.URL + "/compute/")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.Proto != want || resp.StatusCode != http.StatusOK {
				t.Errorf("%s %s, want %s", resp.Proto, resp.Status, want)
			}
		})
	}
	t.Run("never without TLS", func(t *testing.T) {
		p := serving(t, "")
		only2 := &http.Protocols{}
		only2.SetUnencryptedHTTP2(true)
		transport := &http.Transport{Protocols: only2}
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get(p.URL + "/compute/")
		if err == nil {
			resp.Body.Close()
			t.Errorf("the plain listener speaks %s", resp.Proto)
		}
	})
}

// certificate writes a certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	return pemFile(t, "cert.pem", certPEM), pemFile(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), roots
}

func pemFile(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
