package occi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// debian9 is a template of a provider, as appendix examples have it.
var debian9 = occi.Mixin{
	Category: occi.Category{Scheme: "http://gw.example.org/occi/infrastructure/os_tpl#", Term: "debian9", Title: "Debian 9"},
	Depends:  []string{occi.MixinOSTemplate}, Applies: []string{occi.KindCompute}, Location: "/mixin/os_tpl/debian9/",
}

// tag is a mixin of a user.
var tag = occi.Mixin{
	Category: occi.Category{Scheme: "http://gw.example.org/users/ann/tag#", Term: "my_stuff"},
	Location: "/tag/ann/my_stuff/", User: true,
}

func registry(t testing.TB) *occi.Registry {
	t.Helper()
	r, err := occi.Standard(occi.Options{}).With(debian9, tag)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func binder(t testing.TB) occi.Binder {
	return occi.Binder{Registry: registry(t), Hosts: []string{"gw.example.org"}}
}

func renderer(t testing.TB) *occi.Renderer { return &occi.Renderer{Registry: registry(t)} }

func parse(t testing.TB, m occi.MediaType, body string) *occi.Document {
	t.Helper()
	d, err := occi.Parse(m, nil, strings.NewReader(body), occi.Limits{})
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return d
}

func parseHeaders(t testing.TB, h http.Header) *occi.Document {
	t.Helper()
	d, err := occi.Parse(occi.TextOCCI, h, nil, occi.Limits{})
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return d
}

// create binds the one entity of a create request.
func create(t testing.TB, m occi.MediaType, body string) occi.Bound {
	t.Helper()
	bound, err := binder(t).Create(parse(t, m, body))
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if len(bound) != 1 {
		t.Fatalf("%d entities, want 1", len(bound))
	}
	return bound[0]
}

// wantError checks the text of an *occi.Error and its kind.
func wantError(t *testing.T, err error, kind occi.ErrorKind, text string) {
	t.Helper()
	var e *occi.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want an *occi.Error", err)
	}
	if e.Kind != kind || e.Error() != text {
		t.Errorf("error of kind %d: %s\nwant kind %d: %s", e.Kind, e.Error(), kind, text)
	}
}

const computeLine = `Category: compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"`
