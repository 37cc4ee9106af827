//go:build openstack

package openstack_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/test/e2e"
	"occigate/translate"
	"occigate/translate/occi"
)

// TestPlacementMovesOn places a machine where the cheapest size is one that no host
// has room for, which Nova says only when it has accepted it.
func TestPlacementMovesOn(t *testing.T) {
	dir := t.TempDir()
	card, config := filepath.Join(dir, "card.yaml"), filepath.Join(dir, "occigate.yaml")
	for path, text := range map[string]string{
		card: "provider: openstack\ncurrency: EUR\nobserved: 2026-11-01\nhours_per_month: 730\nprices:\n" +
			"  - {meter: compute, size: x1.nohost, unit: Hours, price: 0.001}\n" +
			"  - {meter: compute, size: m1.tiny, unit: Hours, price: 0.002}\n",
		config: "store: {embedded: {path: '" + filepath.Join(dir, "occigate.db") + "'}}\nrefresh: {fast: 1s, least: 1s}\n" +
			"prices: {rate_cards: ['" + card + "']}\naccounts:\n  - name: zed\n    cloud: openstack\n" +
			"    settings: {clouds_file: '" + cloudsFile(t) + "', cloud: demo, default_network: private}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := e2e.Start(t, nil, "serve", "--config", config, "--listen", "127.0.0.1:0")
	p.Eventually(t, "complete", func() bool {
		return p.Must(t, http.StatusOK, "GET", "/", "").Header.Get("X-Occigate-Incomplete") == ""
	})
	body, err := json.Marshal(map[string]any{
		"kind": occi.KindCompute, "title": "placed", "mixins": []string{translate.Placement},
		"attributes": map[string]any{translate.AttrPlacementImage: "cirros", occi.AttrMemory: 0.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := p.Must(t, http.StatusCreated, "POST", "/compute/", string(body),
		"Content-Type", string(occi.OCCIJSON), "Prefer", "wait=30") // a busy machine schedules late
	url := a.Header.Get("Location")
	var why struct {
		Chosen  struct{ Size string }
		Refused []struct{ Size, Reason, Text string }
	}
	explained := p.Must(t, http.StatusOK, "GET", a.Header.Get("X-Occigate-Quote"), "").Body
	if err := json.Unmarshal([]byte(explained), &why); err != nil {
		t.Fatal(err)
	}
	if why.Chosen.Size != "m1.tiny" || len(why.Refused) != 1 || why.Refused[0].Size != "x1.nohost" ||
		why.Refused[0].Reason != "quota" || !strings.Contains(why.Refused[0].Text, "No valid host was found") {
		t.Errorf("%s", explained)
	}
	p.State(t, url, "active")
	list := p.Must(t, http.StatusOK, "GET", "/compute/", "", "Accept", string(occi.OCCIJSON), "Cache-Control", "no-cache", "Prefer", "wait=20").Body
	if n := strings.Count(list, `"title":"placed"`); n != 1 {
		t.Errorf("%d machines, want 1: %s", n, list)
	}
	p.Must(t, http.StatusOK, "DELETE", url, "")
}
