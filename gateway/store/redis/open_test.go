package redis_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/gateway/store/redis"
	"occigate/test/servers"
)

var title = store.Record{Key: store.Key{UID: "a", Kind: "title", ID: "1"}, Data: []byte("x"), Durable: true}

func put(t testing.TB, s store.Store, rec store.Record) {
	t.Helper()
	if _, err := s.Put(context.Background(), rec); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesContradictions(t *testing.T) {
	two := []string{"127.0.0.1:1", "127.0.0.1:2"}
	cases := map[string]redis.Options{
		"no address":                         {},
		"exclude each other":                 {Addresses: two, Cluster: true, Master: "m"},
		"a cluster has no db but 0":          {Addresses: two, Cluster: true, DB: 1},
		"several addresses need cluster":     {Addresses: two},
		`braces in the prefix "x{y}"`:        {Addresses: two[:1], Prefix: "x{y}"},
		"connection refused":                 {Addresses: two[:1]},
		"redis: open: redis: dial tcp 127.0": {Addresses: two[:1]},
	}
	for want, options := range cases {
		_, err := redis.Open(t.Context(), options)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestOpenRefusesAnotherLayout(t *testing.T) {
	server := serve(t)
	for field, value := range map[string]string{"layout": "2", "shards": "32"} {
		if err := server.admin.HSet(t.Context(), field+":meta", field, value).Err(); err != nil {
			t.Fatal(err)
		}
		_, err := tryOpen(redis.Options{Addresses: []string{server.Address}, Prefix: field})
		if !errors.Is(err, redis.ErrSchema) || !strings.Contains(err.Error(), value) {
			t.Errorf("error %v, want ErrSchema with %q", err, value)
		}
	}
}

func TestPrefixesAndDatabasesAreApart(t *testing.T) {
	server := serve(t)
	address := []string{server.Address}
	put(t, open(t, redis.Options{Addresses: address}), title)
	for _, other := range []redis.Options{{Addresses: address, Prefix: "other"}, {Addresses: address, DB: 3}} {
		if _, err := open(t, other).Get(t.Context(), title.Key); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v: error %v, want ErrNotFound", other, err)
		}
	}
}

// user makes an ACL user that may do what the store needs and no more.
func user(secret string, more ...string) []string {
	return append([]string{
		"--user", "gate", "on", ">" + secret, "~occigate:*", "+@read", "+@write", "+@scripting", "+@connection", "+time", "-@dangerous",
	}, more...)
}

// TestUserOfACluster has to ask where the slots are, too.
func TestUserOfACluster(t *testing.T) {
	nodes := servers.RedisCluster(t, append(user("s3cret", "+cluster|slots"), steady...)...)
	put(t, open(t, redis.Options{Addresses: servers.Addresses(nodes[:1]), Cluster: true, User: "gate", Password: "s3cret"}), title)
}

// TestPasswords does everything as a user with few rights, and wants no password
// in any text.
func TestPasswords(t *testing.T) {
	const secret, wrong = "s3cret-of-a-user", "wr0ng-guess"
	server := serve(t, user(secret)...)
	options := redis.Options{Addresses: []string{server.Address}, User: "gate", Password: secret, SentinelPassword: secret}
	s := open(t, options)
	put(t, s, title)
	if lease, err := s.Acquire(t.Context(), "a", "me", time.Hour, 0); err != nil {
		t.Error(err)
	} else if err := s.Apply(t.Context(), lease, []store.Write{{Key: store.Key{UID: "a"}, Data: []byte("x")}}); err != nil {
		t.Error(err)
	}
	if _, err := s.Take(t.Context(), "a", store.Budget{PerSecond: 1, Burst: 1}, 0); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Changes(t.Context(), 0, "", 1, time.Millisecond); err != nil {
		t.Error(err)
	}

	bad := options
	bad.Password = wrong
	_, err := tryOpen(bad)
	if err == nil || !strings.Contains(err.Error(), "WRONGPASS") {
		t.Fatalf("error %v, want WRONGPASS", err)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %s", bad, bad, bad, options), fmt.Sprintf("%+v", &bad)} {
		if strings.Contains(text, secret) || strings.Contains(text, wrong) {
			t.Errorf("a password is in %q", text)
		}
	}
}

func TestTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	address := servers.Address(t)
	_, port, _ := strings.Cut(address, ":")
	servers.Redis(t, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", file(t, "cert.pem", cert), "--tls-key-file", file(t, "key.pem", key))
	options := redis.Options{Addresses: []string{address}, TLS: &tls.Config{RootCAs: pool}}
	var s *redis.Store
	eventually(t, "the server answers by TLS", func() bool {
		var err error
		s, err = tryOpen(options)
		return err == nil
	})
	defer s.Close()
	put(t, s, title)
	options.TLS = &tls.Config{}
	if _, err := tryOpen(options); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("error %v, want that the certificate is not trusted", err)
	}
}

// certificate makes a certificate of 127.0.0.1 that signs itself.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	pool = x509.NewCertPool()
	cert = block("CERTIFICATE", der)
	pool.AppendCertsFromPEM([]byte(cert))
	return cert, block("PRIVATE KEY", privateDER), pool
}
