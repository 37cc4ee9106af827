package gateway

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTakesGzip(t *testing.T) {
	for line, want := range map[string]bool{
		"gzip": true, "GZIP": true, "x-gzip": true, "deflate, gzip;q=0.1": true, "*": true, "gzip ; q=1": true, "*;q=0, gzip": true,
		"": false, "br": false, "identity": false, "gzip;q=0": false, "gzip;q=0.0, *": false, "*;q=0": false, "gzip;q=x": false, "gzippy": false,
	} {
		if takesGzip([]string{line}) != want {
			t.Errorf("%q: %v, want %v", line, !want, want)
		}
	}
	if takesGzip(nil) || !takesGzip([]string{"br", "gzip"}) {
		t.Error("lines are not taken together")
	}
}

// unzipped asks a handler behind a compressor for gzip.
func unzipped(t *testing.T, h http.HandlerFunc) (*http.Response, io.Reader) {
	t.Helper()
	server := httptest.NewServer(newCompressor(h))
	t.Cleanup(server.Close)
	req, err := http.NewRequest(http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	r, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, r
}

// TestCompressedStream reads the first half of an answer whose second half is
// only written then.
func TestCompressedStream(t *testing.T) {
	half := strings.Repeat("x", leastCompressed)
	read := make(chan bool)
	_, r := unzipped(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, half)
		http.NewResponseController(w).Flush()
		<-read
		io.WriteString(w, half)
	})
	if _, err := io.ReadFull(r, make([]byte, len(half))); err != nil {
		t.Fatal(err)
	}
	close(read)
	if rest, err := io.ReadAll(r); err != nil || string(rest) != half {
		t.Errorf("the rest: %d bytes, %v", len(rest), err)
	}
}

// TestCompressedAbort breaks an answer off, which must not look like its end.
func TestCompressedAbort(t *testing.T) {
	_, r := unzipped(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("x", leastCompressed))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	if b, err := io.ReadAll(r); err == nil {
		t.Errorf("%d bytes are taken for a whole answer", len(b))
	}
}

// TestNotCompressed leaves alone what has no body or is compressed already.
func TestNotCompressed(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"nothing":    func(http.ResponseWriter, *http.Request) {},
		"no content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"not modified": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"a"`)
			w.WriteHeader(http.StatusNotModified)
		},
		"short": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "short") },
		"coded": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, strings.Repeat("x", leastCompressed))
		},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		plain, zipped := httptest.NewRecorder(), httptest.NewRecorder()
		h(plain, r)
		newCompressor(h).ServeHTTP(zipped, r)
		if zipped.Code != plain.Code || zipped.Body.String() != plain.Body.String() ||
			zipped.Header().Get("Content-Encoding") != plain.Header().Get("Content-Encoding") ||
			zipped.Header().Get("ETag") != plain.Header().Get("ETag") {
			t.Errorf("%s: %d %v, want %d %v", name, zipped.Code, zipped.Header(), plain.Code, plain.Header())
		}
	}
}
