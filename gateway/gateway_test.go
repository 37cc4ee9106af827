package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/translate/occi"
)

func TestCollapseSlashes(t *testing.T) {
	for in, want := range map[string]string{
		"/compute//id":      "/compute/id",
		"//compute///":      "/compute/",
		"/":                 "/",
		"//":                "/",
		"/compute/":         "/compute/",
		"/-//":              "/-/",
		"/a//../../compute": "/compute",
	} {
		var got string
		h := collapseSlashes(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.Path }))
		h.ServeHTTP(httptest.NewRecorder(), &http.Request{URL: &url.URL{Path: in}})
		if got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

func TestBase(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	forwarded := map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cloud.example.org, inner"}
	cases := []struct {
		name    string
		options Options
		remote  string
		headers map[string]string
		want    string
	}{
		{"as the client spelt it", Options{}, "192.0.2.1:9", nil, "http://gw:8787"},
		{"a proxy that is trusted", Options{Proxies: proxy}, "10.1.2.3:9", forwarded, "https://cloud.example.org"},
		{"one that is not", Options{Proxies: proxy}, "192.0.2.1:9", forwarded, "http://gw:8787"},
		{"nobody is trusted", Options{}, "10.1.2.3:9", forwarded, "http://gw:8787"},
		{
			"nonsense from a proxy",
			Options{Proxies: proxy},
			"10.1.2.3:9",
			map[string]string{"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "a/b"},
			"http://gw:8787",
		},
		{
			"configured",
			Options{PublicURL: &url.URL{Scheme: "https", Host: "occi.example.org"}},
			"192.0.2.1:9", nil, "https://occi.example.org",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://gw:8787/compute/", nil)
			r.RemoteAddr = c.remote
			for name, value := range c.headers {
				r.Header.Set(name, value)
			}
			if got := (&Gateway{o: c.options}).base(r); got != c.want {
				t.Errorf("base %q, want %q", got, c.want)
			}
		})
	}
}

func TestProblemOf(t *testing.T) {
	cloud := func(kind error) error {
		return fmt.Errorf("create: %w", &providers.Error{Kind: kind, Op: "RunInstances", Message: "the cloud's words"})
	}
	cases := []struct {
		err    error
		status int
		says   string
	}{
		{cloud(providers.ErrNotFound), 404, "the cloud's words"},
		{cloud(providers.ErrConflict), 409, "the cloud's words"},
		{cloud(providers.ErrInvalid), 400, "the cloud's words"},
		{cloud(providers.ErrDenied), 403, "the cloud's words"},
		{cloud(providers.ErrQuota), 403, "the cloud's words"},
		{cloud(providers.ErrThrottled), 503, "the cloud's words"},
		{cloud(providers.ErrUnavailable), 503, "the cloud's words"},
		{cloud(providers.ErrUnsupported), 501, "the cloud's words"},
		{inCreate(cloud(providers.ErrNotFound)), 400, "the cloud's words"},
		{&occi.Error{Problem: "unknown category", Line: 3}, 400, "line 3"},
		{&occi.Error{Kind: occi.TooLarge, Problem: "x"}, 413, "x"},
		{&occi.Error{Kind: occi.Unsupported, Problem: "x"}, 415, "x"},
		{errors.New("secret detail"), 500, "see the log"},
	}
	for _, c := range cases {
		p := problemOf(c.err)
		if p.status != c.status || !strings.Contains(p.message, c.says) {
			t.Errorf("%v: %d %q, want %d with %q", c.err, p.status, p.message, c.status, c.says)
		}
		if (p.status == 503) != (p.retry > 0) {
			t.Errorf("%v: %d with Retry-After %d", c.err, p.status, p.retry)
		}
	}
	if strings.Contains(problemOf(errors.New("secret detail")).message, "secret") {
		t.Error("an internal error is shown to the client")
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for _, kind := range []error{
		providers.ErrNotFound, providers.ErrConflict, providers.ErrInvalid, providers.ErrDenied, providers.ErrQuota,
		providers.ErrThrottled, providers.ErrUnavailable, providers.ErrUnsupported,
	} {
		if kindStatus[kind] == 0 {
			t.Errorf("%v has no status", kind)
		}
	}
}

func TestHeaderText(t *testing.T) {
	if got := headerText("a\r\nLocation: x\x00é"); got != "a  Location: x  " {
		t.Errorf("headerText = %q", got)
	}
}
