package e2e

import (
	"net/http"
	"strings"
	"testing"

	"occigate/test/servers"
	"occigate/translate/occi"
)

// TestMoto walks through serve on moto, an EC2 that nobody here wrote.
func TestMoto(t *testing.T) {
	p := Start(t, map[string]string{"OCCIGATE_KEY": "secret-of-moto"}, "serve", "--listen", "127.0.0.1:0", "--config", file(t, `
store: {embedded: {path: DIR/moto.db}}
refresh: {servers: 1s, volumes: 1s, fast: 500ms, least: 500ms}
accounts:
  - name: moto
    cloud: ec2
    rate: {per_second: 100, burst: 100}
    settings:
      region: eu-west-1
      endpoint: `+servers.Moto(t)+`
      access_key_id: AKIAMOTO
      secret_access_key: ${OCCIGATE_KEY}
      images: {owners: [amazon], filters: {name: ["al2023-ami-2023.*", "debian-*"]}}
      sizes: ["t3.*"]
      zone: eu-west-1a
`))
	for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
		t.Run(string(media), func(t *testing.T) {
			p.Walk(t, media, Wish{
				Image: p.Mixin(t, occi.MixinOSTemplate, "moto-"),
				Size:  p.Mixin(t, occi.MixinResourceTemplate, "moto-t3_micro"),
				Title: "walk",
			})
		})
	}
	if strings.Contains(p.Output(), "secret-of-moto") {
		t.Error("the log holds the secret key")
	}
}

// TestRedis keeps the records in Redis, and finds what the gateway alone knows
// there again after a restart.
func TestRedis(t *testing.T) {
	address := servers.Redis(t).Address
	config := file(t, `
store: {redis: {addresses: ["`+address+`"]}}
refresh: {fast: 500ms, least: 500ms}
`+twoClouds(t))
	env := map[string]string{"OCCIGATE_PASSWORD": "secret"}
	var compute, list string
	t.Run("first", func(t *testing.T) {
		p := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
		compute = first(t, p, "/compute/")
		p.Must(t, 200, "POST", compute, `X-OCCI-Attribute: occi.core.title="kept"`, "Content-Type", "text/plain")
		list = strings.ReplaceAll(p.Must(t, 200, "GET", "/compute/", "").Body, p.URL, "")
	})
	t.Run("second", func(t *testing.T) {
		p := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
		if body := p.Must(t, http.StatusOK, "GET", compute, "").Body; !strings.Contains(body, `occi.core.title="kept"`) {
			t.Errorf("the title is lost:\n%s", body)
		}
		if got := strings.ReplaceAll(p.Must(t, 200, "GET", "/compute/", "").Body, p.URL, ""); got != list {
			t.Errorf("other locations after a restart:\n%s\nbefore:\n%s", got, list)
		}
	})
}
