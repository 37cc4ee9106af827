package configured_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/configured"
)

// settings take an endpoint; decoding gives them one, or fails.
type settings struct{ Endpoint string }

func (s *settings) Check() (*url.URL, error) { return configured.Endpoint("endpoint", s.Endpoint) }

type text string

func (t text) Decode(into any) error {
	if t == "misspelt" {
		return configured.Invalid("line 1")
	}
	into.(*settings).Endpoint = string(t)
	return nil
}

func TestRead(t *testing.T) {
	var s settings
	if u, err := configured.Read(text("https://api.example.org"), &s); err != nil || u.Host != "api.example.org" || s.Endpoint == "" {
		t.Errorf("%v of %+v, %v", u, s, err)
	}
	for given, says := range map[string]string{"misspelt": "line 1", "": "endpoint is missing"} {
		if _, err := configured.Read(text(given), &s); !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want invalid that says %q", given, err, says)
		}
	}
}

func TestRequire(t *testing.T) {
	if err := configured.Require(true, "user is needed"); err != nil {
		t.Errorf("%v of what holds", err)
	}
	if err := configured.Require(false, "format must be %s", "text"); !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), "format must be text") {
		t.Errorf("%v, want invalid that says what must hold", err)
	}
}

func TestEndpoint(t *testing.T) {
	for text, good := range map[string]bool{
		"https://api.example.org": true, "http://127.0.0.1:8080/api/": true,
		"": false, "nowhere": false, "ftp://example.org": false, "https://": false, "https://a b": false,
		"https://u:hush@example.org": false, "https://example.org?key=hush": false,
	} {
		u, err := configured.Endpoint("uri", text)
		if good != (err == nil) || good && u.String() != text {
			t.Errorf("%q: %v, %v", text, u, err)
		}
		if err != nil && (!errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), "uri") || strings.Contains(err.Error(), "hush")) {
			t.Errorf("%q: %v, want invalid that names the setting and repeats no secret", text, err)
		}
	}
}

func TestPatterns(t *testing.T) {
	some := configured.Patterns{"ubuntu-*", "debian 1[0-9]"}
	for name, fits := range map[string]bool{"ubuntu-24": true, "debian 12": true, "my ubuntu-24": false, "debian 9": false, "": false} {
		if some.Fit("other", name) != fits {
			t.Errorf("%q: want %t", name, fits)
		}
	}
	if none := (configured.Patterns{}); !none.Fit("anything") || some.Check("images") != nil || none.Check("images") != nil {
		t.Error("no patterns must fit all, and good ones are no error")
	}
	wrong := configured.Patterns{"good", "["}
	if err := wrong.Check("images"); !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), "images") || wrong.Fit("[") {
		t.Errorf("%v, want invalid that names the setting", err)
	}
}

type size struct {
	name   string
	memory int
}

func (s size) Offer() providers.Size {
	return providers.Size{ID: s.name, Name: s.name, MemoryMiB: s.memory}
}

func TestSizes(t *testing.T) {
	all := configured.Sizes[size]{{"small", 512}, {"large", 4096}}
	for _, byDefault := range []string{"", "small"} {
		if err := all.Check(byDefault); err != nil {
			t.Errorf("default %q: %v", byDefault, err)
		}
	}
	for says, wrong := range map[string]error{
		"default_size": all.Check("huge"),
		"size 3":       append(all, size{"small", 1}).Check(""),
		"size 1":       configured.Sizes[size]{{"", 1}}.Check(""),
	} {
		if !errors.Is(wrong, providers.ErrInvalid) || !strings.Contains(wrong.Error(), says) {
			t.Errorf("%v, want invalid that says %q", wrong, says)
		}
	}
	if err := all.Require(func(s size) bool { return s.memory > 0 }, "memory must be positive"); err != nil {
		t.Errorf("%v of sizes that can be", err)
	}
	if err := all.Require(func(s size) bool { return s.memory < 1000 }, "memory is at most %d", 999); !errors.Is(err, providers.ErrInvalid) ||
		!strings.Contains(err.Error(), "size large: memory is at most 999") {
		t.Errorf("%v, want invalid that names the size and says what must hold", err)
	}
	if got, err := all.Named("create", "large"); err != nil || got.memory != 4096 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, says := range map[string]string{"": "default_size", "huge": `"huge"`} {
		if _, err := all.Named("create", name); !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if offers := all.Offers(); len(offers) != 2 || offers[1].ID != "large" {
		t.Errorf("offers %+v", offers)
	}
}
