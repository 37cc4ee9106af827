package occi_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"occigate/translate/occi"
)

func TestLimits(t *testing.T) {
	limits := occi.Limits{Body: 1000, Line: 100, Depth: 3, Values: 5, Name: 20}
	attribute := "X-OCCI-Attribute: a=1\n"
	cases := []struct {
		name  string
		media occi.MediaType
		body  string
		text  string
	}{
		{"body", occi.TextPlain, strings.Repeat("\n", 1001), "body is too large, expected at most 1000 bytes"},
		{"body of JSON", occi.JSON, strings.Repeat(" ", 1001), "body is too large, expected at most 1000 bytes"},
		{"line", occi.TextPlain, "\nX-OCCI-Attribute: a=" + strings.Repeat("x", 100), "line 2: line is too long, expected at most 100 bytes"},
		{"unfolded line", occi.TextPlain, "X-OCCI-Attribute: a=" + strings.Repeat("x\n x", 30), "line 21: line is too long, expected at most 100 bytes"},
		{"line of URIs", occi.URIList, "/" + strings.Repeat("x", 100), "line 1: line is too long, expected at most 100 bytes"},
		{"values", occi.TextPlain, strings.Repeat(attribute, 4), "line 3: too many values, expected at most 5 values"},
		{"URIs", occi.URIList, strings.Repeat("/a\n", 6), "line 6: too many values, expected at most 5 values"},
		{"members", occi.JSON, `{"attributes":{"a":1,"b":2,"c":3,"d":4,"e":5}}`, "at /attributes/e: too many values, expected at most 5 values"},
		{"elements", occi.JSON, `["/a","/b","/c","/d","/e","/f"]`, "at /4: too many values, expected at most 5 values"},
		{"nesting", occi.JSON, `{"attributes":{"a":[[1]]}}`, "at /attributes/a/0: JSON is nested too deeply, expected at most 3 levels"},
		{"name", occi.TextPlain, "X-OCCI-Attribute: " + strings.Repeat("x", 21) + "=1", "line 1: name is too long, expected at most 20 bytes"},
		{"term", occi.TextPlain, "Category: abc; scheme=\"http://x.example/#\"", "line 1: name is too long, expected at most 20 bytes"},
		{"title of a category", occi.TextPlain, "Category: a; scheme=\"b:#\"; title=\"" + strings.Repeat("x", 21) + "\"", "line 1: name is too long, expected at most 20 bytes"},
		{"term in JSON", occi.JSON, `{"term":"` + strings.Repeat("x", 21) + `"}`, "at /term: name is too long, expected at most 20 bytes"},
		{"member name", occi.JSON, `{"attributes":{"` + strings.Repeat("x", 21) + `":1}}`, "at /attributes/" + strings.Repeat("x", 21) + ": name is too long, expected at most 20 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := occi.Parse(c.media, nil, strings.NewReader(c.body), limits)
			wantError(t, err, occi.TooLarge, c.text)
		})
	}
	t.Run("header line", func(t *testing.T) {
		_, err := occi.Parse(occi.TextOCCI, http.Header{"Category": {strings.Repeat("x", 101)}}, nil, limits)
		wantError(t, err, occi.TooLarge, "at Category: line is too long, expected at most 100 bytes")
	})
	t.Run("net/http's own limit", func(t *testing.T) {
		body := http.MaxBytesReader(nil, io.NopCloser(strings.NewReader("0123456789")), 5)
		_, err := occi.Parse(occi.TextPlain, nil, body, limits)
		wantError(t, err, occi.TooLarge, "body is too large, expected at most 1000 bytes")
	})
}

// endless is a body without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

// A body beyond the limit is read no further, and memory stays near the limit.
func TestEndlessBody(t *testing.T) {
	for _, m := range []occi.MediaType{occi.TextPlain, occi.URIList, occi.OCCIJSON} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		body := &endless{}
		_, err := occi.Parse(m, nil, body, occi.Limits{Body: 1 << 20})
		runtime.ReadMemStats(&after)
		wantError(t, err, occi.TooLarge, "body is too large, expected at most 1048576 bytes")
		if body.read > 2<<20 {
			t.Errorf("%s: read %d bytes", m, body.read)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 10<<20 {
			t.Errorf("%s: allocated %d bytes", m, used)
		}
	}
}

// Errors of the connection are passed on as they are.
func TestBrokenBody(t *testing.T) {
	_, err := occi.Parse(occi.TextPlain, nil, io.MultiReader(strings.NewReader("Cat"), brokenReader{}), occi.Limits{})
	if err != io.ErrClosedPipe {
		t.Errorf("%v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// What would take quadratic time in a careless parser is done at once.
func TestLargeHostileBodies(t *testing.T) {
	limits := occi.Limits{Line: 8 << 20, Values: 10 << 20}
	for name, body := range map[string]string{
		"commas":       "Category: " + strings.Repeat(",", 4<<20),
		"semicolons":   "Link: </a>" + strings.Repeat(";", 4<<20),
		"apostrophes":  "X-OCCI-Attribute: " + strings.Repeat("a='", 1<<20),
		"quotes":       "X-OCCI-Attribute: a=" + strings.Repeat(`""`, 2<<20),
		"brackets":     "Link: " + strings.Repeat(" ", 2<<20) + strings.Repeat("<", 2<<20),
		"continuation": "Category: a" + strings.Repeat("\n x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := occi.Parse(occi.TextPlain, nil, strings.NewReader(body), limits)
			if (d == nil) == (err == nil) {
				t.Errorf("document %v and error %v", d, err)
			}
		})
	}
}
