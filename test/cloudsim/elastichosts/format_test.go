package elastichosts_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/elastichosts"
)

func TestFormats(t *testing.T) {
	r := newRig(t)
	w := r.text("GET /servers/info", "")
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("no server: %d %q, want an empty body", w.Code, w.Body)
	}
	if got := r.ask("application/json", "GET /servers/info", "").Body.String(); strings.TrimSpace(got) != "[]" {
		t.Errorf("no server: %q, want []", got)
	}
	const body = `{"name": "two words", "size": 1073741824, "user:note": "a\nb", "tags": ["x", "y"]}`
	w = r.ask("application/json", "POST /drives/create", body)
	var made map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if w.Header().Get("X-Elastic-Output") != "properties" || made["size"] != float64(1<<30) || made["read:bytes"] != "4096" || made["user:note"] != "a\nb" {
		t.Errorf("created %v", made)
	}
	id := made["drive"].(string)
	want := "drive " + id + "\nencryption:cipher aes-xts-plain\nname two words\nread:bytes 4096\nread:requests 1\nsize 1073741824\nstatus active\ntags x y\nuser " + user + "\nuser:note a\\nb\nwrite:bytes 4096\nwrite:requests 1\n"
	r.drive()
	rows := strings.Split(r.text("GET /drives/info", "").Body.String(), "\n\n")
	if diff := cmp.Diff(want, rows[0]+"\n"); diff != "" || len(rows) != 2 {
		t.Errorf("%d objects, the first (-want +got):\n%s", len(rows), diff)
	}
	r.text("POST /resources/ip/create", "")
	if got := r.text("GET /resources/ip/list", "").Body.String(); got != "ip 203.0.113.11\n" {
		t.Errorf("addresses %q", got)
	}
	if got := strings.TrimSpace(r.ask("application/json", "GET /resources/ip/list", "").Body.String()); got != `[{"resource":"203.0.113.11","type":"ip"}]` {
		t.Errorf("addresses %s", got)
	}
}

func TestSeed(t *testing.T) {
	listing := func() string {
		c := elastichosts.New(elastichosts.Options{Clock: func() time.Time { return time.Unix(1700000000, 0) }})
		c.Seed()
		server := httptest.NewServer(http.StripPrefix("/api", c))
		defer server.Close()
		q, err := http.NewRequest(http.MethodGet, server.URL+"/api/servers/info", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.SetBasicAuth(user, "secret")
		resp, err := server.Client().Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	first := listing()
	if diff := cmp.Diff(first, listing()); diff != "" {
		t.Errorf("two estates differ:\n%s", diff)
	}
	got := map[string]int{}
	for line := range strings.Lines(first) {
		if status, is := strings.CutPrefix(line, "status "); is {
			got[strings.TrimSpace(status)]++
		}
	}
	if diff := cmp.Diff(map[string]int{"active": 6, "stopped": 2, "paused": 1, "dumped": 1}, got); diff != "" {
		t.Errorf("servers by status (-want +got):\n%s", diff)
	}
}
