package gateway

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// leastCompressed is the size in bytes from which an answer is compressed:
// below it nothing is gained.
const leastCompressed = 4 << 10

// compressor gzips the answers of a handler for clients that take it, while
// they are written, so that listings still stream.
type compressor struct {
	next http.Handler
	pool sync.Pool // of *gzip.Writer
}

func newCompressor(next http.Handler) *compressor {
	c := &compressor{next: next}
	c.pool.New = func() any {
		// The fastest level: half a megabyte of categories shrinks to a
		// twentieth at any.
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		return w
	}
	return c
}

// ServeHTTP answers one request.
func (c *compressor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !takesGzip(r.Header["Accept-Encoding"]) {
		c.next.ServeHTTP(w, r)
		return
	}
	z := &zipWriter{ResponseWriter: w, compressor: c, head: r.Method == http.MethodHead}
	c.next.ServeHTTP(z, r)
	z.close() // not after a panic: a client must notice that the answer is cut off
}

// takesGzip reports whether Accept-Encoding lines admit gzip (RFC 9110 section
// 12.5.3). One that names it counts more than "*".
func takesGzip(lines []string) bool {
	named, wild := -1.0, -1.0
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			coding, parameters, _ := strings.Cut(part, ";")
			q := 1.0
			if value, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q="); ok {
				var err error
				if q, err = strconv.ParseFloat(value, 64); err != nil {
					q = 0
				}
			}
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				named = max(named, q)
			case "*":
				wild = q
			}
		}
	}
	return named > 0 || named < 0 && wild > 0
}

// zipWriter decides with the first bytes of an answer whether it is compressed.
// Until then the status is held back.
type zipWriter struct {
	http.ResponseWriter
	compressor *compressor
	head       bool
	status     int // 0 until it is known
	decided    bool
	zip        *gzip.Writer // nil when the answer is sent as it is
}

// WriteHeader keeps the status until the first bytes.
func (z *zipWriter) WriteHeader(status int) {
	switch {
	case status < http.StatusOK:
		z.ResponseWriter.WriteHeader(status)
	case z.status == 0:
		z.status = status
	}
}

// Write writes a piece of the answer.
func (z *zipWriter) Write(p []byte) (int, error) {
	z.decide(len(p))
	switch {
	case z.zip == nil:
		return z.ResponseWriter.Write(p)
	case z.head: // has the headers of a GET, and no body to compress
		return len(p), nil
	}
	return z.zip.Write(p)
}

// Flush sends what was written so far.
func (z *zipWriter) Flush() {
	_ = z.FlushError() // a client that is gone is noticed by the next Write
}

// FlushError is Flush for [http.ResponseController].
func (z *zipWriter) FlushError() error {
	z.decide(0)
	if z.zip != nil && !z.head {
		if err := z.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (z *zipWriter) Unwrap() http.ResponseWriter { return z.ResponseWriter }

// decide sends the headers, given the size of the first piece.
func (z *zipWriter) decide(size int) {
	if z.decided {
		return
	}
	z.decided = true
	if z.status == 0 {
		z.status = http.StatusOK
	}
	h := z.Header()
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil {
		size = n
	}
	if size >= leastCompressed && h.Get("Content-Encoding") == "" {
		markZipped(h)
		h.Del("Content-Length")
		z.zip = z.compressor.pool.Get().(*gzip.Writer)
		z.zip.Reset(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(z.status)
}

// markZipped sets the headers of a compressed answer.
func markZipped(h http.Header) {
	h.Set("Content-Encoding", "gzip")
	if tag, ok := strings.CutSuffix(h.Get("ETag"), `"`); ok {
		h.Set("ETag", tag+zipped+`"`)
	}
}

// zip compresses what is kept.
func zip(b []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(b) // into memory, which does not fail
	_ = w.Close()
	return packed.Bytes()
}

// close ends the answer.
func (z *zipWriter) close() {
	if z.status != 0 {
		z.decide(0)
	}
	if z.zip == nil {
		return
	}
	if !z.head {
		_ = z.zip.Close() // fails only for a client that is gone
	}
	z.compressor.pool.Put(z.zip)
}
