package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"occigate/test/servers"
)

// acl is a user of Redis that may do what the gateway needs, under its prefix,
// and nothing else.
var acl = []string{"--user", "gate", "on", ">s3cret", "~shop:*", "+@read", "+@write", "+@scripting", "+@connection", "+time", "-@dangerous"}

// TestRedisThatIsGuarded keeps the records in a Redis that wants a certificate of
// its clients, a user with few rights and keys with a prefix.
func TestRedisThatIsGuarded(t *testing.T) {
	cert, key, _ := certificate(t)
	address := servers.Address(t)
	_, port, _ := net.SplitHostPort(address)
	redis := servers.Redis(t, append([]string{
		"--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "yes",
	}, acl...)...)
	clouds := manyClouds(t, 1)
	with := func(more string) string {
		return clouds.config(t, fmt.Sprintf("{redis: {addresses: [%q], user: gate, password: s3cret, prefix: shop, %s}}", address, more))
	}
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", with(fmt.Sprintf("tls: true, tls_ca: %q, tls_cert: %q, tls_key: %q", cert, cert, key)))
	p.Must(t, http.StatusOK, "GET", "/compute/", "")
	keys, err := redis.Do("KEYS", "*")
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := keys.([]any); len(all) == 0 || strings.Count(fmt.Sprint(all), "shop:") != len(all) {
		t.Errorf("the keys are %v", keys)
	}
	if text := p.Output(); strings.Contains(text, "s3cret") {
		t.Error("the log holds the password")
	}
	for what, more := range map[string]string{
		"certificate":      "tls: true",                               // of who signed itself
		"no certificate":   fmt.Sprintf("tls: true, tls_ca: %q", key), // in that file
		"no such file":     `tls: true, tls_ca: "/nowhere.pem"`,
		"store.redis.tls_": fmt.Sprintf("tls: true, tls_cert: %q, tls_key: %q", key, cert),
	} {
		_, err := run(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", with(more))
		if err == nil || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: error %v, want %q in it", more, err, what)
		}
	}
}

// TestRedisOfEveryShape serves from a Cluster, and from a master that Sentinels
// watch and replace.
func TestRedisOfEveryShape(t *testing.T) {
	clouds := manyClouds(t, 1)
	list := func(all []*servers.RedisServer) string { return strings.Join(servers.Addresses(all), ", ") }
	serve := func(t *testing.T, store string) *Program {
		t.Helper()
		p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", clouds.config(t, store))
		p.Eventually(t, "fresh", func() bool {
			return !strings.Contains(p.Must(t, http.StatusOK, "GET", "/clouds", "").Body, `"fresh":false`)
		})
		return p
	}
	t.Run("cluster", func(t *testing.T) {
		serve(t, fmt.Sprintf("{redis: {cluster: true, addresses: [%s]}}", list(servers.RedisCluster(t))))
	})
	t.Run("sentinel", func(t *testing.T) {
		set := servers.RedisSentinel(t)
		p := serve(t, fmt.Sprintf("{redis: {sentinel_master: %s, addresses: [%s]}}", set.Name, list(set.Sentinels)))
		killed := p.observed(t)
		set.KillMaster(t)
		p.Eventually(t, "refreshed after the master has died", func() bool {
			now := p.observed(t)
			return now > killed && !strings.Contains(p.Must(t, http.StatusOK, "GET", "/clouds", "").Body, `"fresh":false`)
		})
	})
}
