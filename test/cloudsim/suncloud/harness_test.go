package suncloud

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/timeline"
)

const transition = 12 * time.Second

// site is a cloud under test behind a server, with a clock that the test moves.
type site struct {
	*Cloud
	*timeline.Clock
	t   *testing.T
	url string
}

func newSite(t *testing.T, o Options) *site {
	s := &site{t: t, Clock: timeline.NewClock(time.Date(2010, 1, 11, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Transition = s.Now, transition
	s.Cloud = New(o)
	server := httptest.NewServer(s.Cloud)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// send makes a call with a body of a media type; headers are "Name: value".
func (s *site) send(method, uri, kind, body string, headers ...string) (int, object) {
	s.t.Helper()
	code, text := s.exchange(method, uri, kind, body, headers...)
	var doc object
	_ = json.Unmarshal(text, &doc) // a list, or nothing, gives no object
	return code, doc
}

// text reads a resource, whatever document it is.
func (s *site) text(uri string) []byte {
	s.t.Helper()
	_, text := s.exchange("GET", uri, "", "")
	return text
}

func (s *site) exchange(method, uri, kind, body string, headers ...string) (int, []byte) {
	s.t.Helper()
	uri = s.url + strings.TrimPrefix(uri, s.url)
	r, err := http.NewRequestWithContext(s.t.Context(), method, uri, bytes.NewBufferString(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth("demo", "demo-password")
	r.Header.Set("Content-Type", stem+kind+"+json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, text
}

// get reads a resource that must be there.
func (s *site) get(uri string) object {
	s.t.Helper()
	code, doc := s.send("GET", uri, "", "")
	if code != 200 {
		s.t.Fatalf("GET %s: %d %v", uri, code, doc)
	}
	return doc
}

// work makes a change that must be accepted, and waits for its end.
func (s *site) work(method, uri, kind, body string) object {
	s.t.Helper()
	code, doc := s.send(method, uri, kind, body)
	if code != 202 {
		s.t.Fatalf("%s %s: %d %v", method, uri, code, doc)
	}
	s.Pass(transition)
	return s.get(doc["status_uri"].(string))
}

// root walks from the service's URI to the root cluster.
func (s *site) root() object {
	s.t.Helper()
	vdc := s.get("/")["vdcs"].([]any)[0].(object)["uri"].(string)
	return s.get(vdc)["cluster"].(object)
}

func (s *site) vm() object {
	s.t.Helper()
	return s.root()["vms"].([]any)[0].(object)
}
