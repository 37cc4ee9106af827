package occi_test

import (
	"net/http"
	"testing"

	"occigate/translate/occi"
)

func TestNegotiate(t *testing.T) {
	all := []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON, occi.URIList, occi.JSON, occi.TextOCCIPlain}
	cases := []struct {
		name   string
		accept []string
		want   occi.MediaType // empty for none
	}{
		{"D-1 absent", nil, occi.TextPlain},
		{"D-1 any", []string{"*/*"}, occi.TextPlain},
		{"rOCCI", []string{"text/plain,text/occi;q=0.2"}, occi.TextPlain},
		{"rOCCI other way round", []string{"text/plain;q=0.2,text/occi"}, occi.TextOCCI},
		{"equal q: text/plain", []string{"text/occi, text/plain"}, occi.TextPlain},
		{"several lines", []string{"application/xml", "application/occi+json"}, occi.OCCIJSON},
		{"alias keeps its name", []string{"text/occi+plain"}, occi.TextOCCIPlain},
		{"json alias", []string{"application/json"}, occi.JSON},
		{"named before wildcard", []string{"application/json, */*"}, occi.JSON},
		{"browser", []string{"text/html,application/xhtml+xml,*/*;q=0.8"}, occi.TextPlain},
		{"type wildcard", []string{"application/*"}, occi.OCCIJSON},
		{"q=0 excludes", []string{"text/plain;q=0, */*"}, occi.TextOCCI},
		{"specific q wins over wildcard", []string{"text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5"}, occi.TextOCCI},
		{"case and parameters", []string{"TEXT/Plain; charset=utf-8 ; Q=0.5"}, occi.TextPlain},
		{"unknown only", []string{"application/xml"}, ""},
		{"nothing usable", []string{"nonsense;;,, */plain"}, occi.TextPlain},
		{"bad q is no range", []string{"text/occi;q=NaN, text/uri-list;q=0.1"}, occi.URIList},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := occi.Negotiate(c.accept, all...)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func TestRequestMedia(t *testing.T) {
	cases := []struct {
		name   string
		header http.Header
		want   occi.MediaType
	}{
		{"X-1 rOCCI, IM, VMDIRAC", http.Header{"Content-Type": {"text/plain,text/occi"}}, occi.TextPlain},
		{"charset", http.Header{"Content-Type": {"Text/Plain; charset=utf-8"}}, occi.TextPlain},
		{"first known", http.Header{"Content-Type": {"application/x, application/occi+json"}}, occi.OCCIJSON},
		{"none", http.Header{}, occi.TextPlain},
		{"none, rendering in the header", http.Header{"X-Occi-Attribute": {`a="b"`}}, occi.TextOCCI},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := occi.RequestMedia(c.header)
			if got != c.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
	_, err := occi.RequestMedia(http.Header{"Content-Type": {"application/xml"}})
	wantError(t, err, occi.Unsupported, `unsupported media type "application/xml", expected text/plain, text/occi, `+
		`application/occi+json, text/uri-list, application/json, text/occi+plain`)
}
