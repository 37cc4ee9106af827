package gateway

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// defaultBody is the limit of a body when none is set, that of package occi.
const defaultBody = 8 << 20

// bounded keeps the bodies of requests within their limit, before and after
// unpacking, and makes problems of the ways in which reading one can fail. A
// body that says that it is too large is refused unread.
func (g *Gateway) bounded(next echo.HandlerFunc) echo.HandlerFunc {
	limit := g.o.Limits.Body
	if limit == 0 {
		limit = defaultBody
	}
	return func(c echo.Context) error {
		r := c.Request()
		if r.ContentLength == 0 {
			return next(c)
		}
		if r.ContentLength > limit {
			return tooLarge(limit)
		}
		b := http.MaxBytesReader(nil, r.Body, limit)
		switch coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); coding {
		case "", "identity":
		case "gzip", "x-gzip":
			b = http.MaxBytesReader(nil, &inflated{packed: b}, limit)
		default:
			c.Response().Header().Set("Accept-Encoding", "gzip")
			return &problem{
				status:  http.StatusUnsupportedMediaType,
				message: "a body can be sent as it is or with Content-Encoding gzip, not " + headerText(coding),
			}
		}
		// Of a copy: the server must find its own body in the request, or it cuts
		// the connection off before a client that still sends has read the answer.
		r = r.WithContext(r.Context())
		r.Body = body{b}
		c.SetRequest(r)
		return next(c)
	}
}

// body is a request's body whose errors are problems.
type body struct{ io.ReadCloser }

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = bodyProblem(err)
	}
	return n, err
}

func bodyProblem(err error) error {
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return tooLarge(big.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &problem{status: http.StatusBadRequest, message: "the body did not arrive in time", cause: err}
	}
	return &problem{status: http.StatusBadRequest, message: "the body is cut off or damaged", cause: err}
}

func tooLarge(limit int64) error {
	return &problem{
		status:  http.StatusRequestEntityTooLarge,
		message: "the body is larger than " + strconv.FormatInt(limit, 10) + " bytes",
	}
}

// inflated unpacks a gzipped body. Nothing is read before the first Read.
type inflated struct {
	packed io.ReadCloser
	zip    *gzip.Reader
}

func (b *inflated) Read(p []byte) (int, error) {
	if b.zip == nil {
		zip, err := gzip.NewReader(b.packed)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // nothing is not an empty gzip file
		}
		if err != nil {
			return 0, err
		}
		b.zip = zip
	}
	return b.zip.Read(p)
}

func (b *inflated) Close() error { return b.packed.Close() }
