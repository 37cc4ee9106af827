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
	"os"
	"path/filepath"
	"testing"
	"time"

	"occigate/test/cloudsim/openstack"
)

// TestHTTP2 is spoken over TLS only where the switch is on.
func TestHTTP2(t *testing.T) {
	cert, key, roots := certificate(t)
	secure := fmt.Sprintf("tls: {cert: %q, key: %q}\n", cert, key)
	for more, want := range map[string]string{secure: "HTTP/1.1", secure + "http2: true\n": "HTTP/2.0"} {
		t.Run(want, func(t *testing.T) {
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
			cloud := openstack.New(openstack.Options{})
			p := StartFor(t, &http.Client{Transport: transport, Timeout: perRequest}, nil,
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
