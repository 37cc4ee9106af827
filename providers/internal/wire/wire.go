// Package wire is the HTTP layer of the hand-written adapters: it sends one
// request, bounds and reads the answer, and turns what went wrong into an error
// of a kind. It knows no cloud and no format but JSON's outer form, and it never
// logs, retries or waits; an error of it holds neither an address nor a secret.
package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/pace"
)

// DefaultMaxBody is the longest answer that is read, in bytes.
const DefaultMaxBody = 16 << 20

// Client sends the requests of one account. HTTP, Base and Clock must be set;
// the fields are not changed after the first call, which makes it safe for
// concurrent use.
type Client struct {
	HTTP  *http.Client
	Base  *url.URL // the stem that paths are put behind; its own path is kept
	Clock providers.Clock

	// Header is sent with every request. A request's own values win.
	Header http.Header

	// Sign adds what proves who calls to a request that is otherwise complete:
	// a header, a signature in the query. nil adds nothing.
	Sign func(*http.Request)

	// Media are the content types that answers with a body may have, without
	// parameters. Anything else, such as a proxy's page, is
	// [providers.ErrUnavailable]. Empty takes all, and an answer that names no
	// type is always taken.
	Media []string

	// Kinds is laid over the table of kinds by status.
	Kinds map[int]error

	// Explain reads the cloud's own error out of an answer whose status says
	// no. What it leaves empty is filled from the status. nil explains nothing.
	Explain func(Answer) Refusal

	// Secrets are replaced wherever a cloud's words repeat them.
	Secrets []providers.Secret

	// MaxBody bounds an answer in bytes; 0 is [DefaultMaxBody].
	MaxBody int64
}

// Request is one call. Do puts the IDs into To, so that a call has one name
// whatever it is about.
type Request struct {
	To    string   // method and path behind the stem: "POST /servers/{id}/start"
	IDs   []string // for the braces in To, in order
	Op    string   // the cloud's name of the call, for errors and counts; default To
	Query url.Values

	Header http.Header
	Body   []byte // nil sends none

	// Repeat says that sending the request twice is harmless: it reads, or the
	// cloud honours a key in it.
	Repeat bool
}

// Answer is what the cloud said, read to its end.
type Answer struct {
	Op     string
	Status int
	Header http.Header
	Body   []byte
}

// Refusal is a cloud's own error. Each field may be empty.
type Refusal struct {
	Kind    error // of the kinds of [providers]
	Code    string
	Message string
}

// Do sends a request. A status of 2xx gives the answer; every other is an error
// of the kind that [Client.Explain], [Client.Kinds] or the table says, with the
// answer beside it. No whole answer at all is [providers.ErrUnavailable], which
// matches ctx's error too when that was the cause. An id that cannot be one
// step of a path is [providers.ErrNotFound] without a call.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	if r.Op == "" {
		r.Op = r.To
	}
	req, err := c.request(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Op: r.Op}
	if err := c.send(req, &a); err != nil {
		if own := new(providers.Error); errors.As(err, &own) { // of the account's budget: nothing was sent
			return Answer{}, own
		}
		return Answer{}, &providers.Error{
			Kind: providers.ErrUnavailable, Op: r.Op, Message: c.hide(err.Error()), Err: err,
		}
	}
	if a.Status/100 != 2 {
		return a, c.refused(a)
	}
	return a, c.readable(a)
}

// request builds what is sent, signed last.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	method, path, err := r.path()
	if err != nil {
		return nil, err
	}
	ctx = marked(ctx, r)
	target := *c.Base
	target.Path, target.RawPath, target.RawQuery, target.Fragment = "", "", "", ""
	address := target.String() + strings.TrimSuffix(c.Base.EscapedPath(), "/") + path
	if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, &providers.Error{Kind: providers.ErrInvalid, Op: r.Op, Message: "the address is malformed"}
	}
	for _, h := range []http.Header{c.Header, r.Header} {
		for name, values := range h {
			req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
	}
	if c.Sign != nil {
		c.Sign(req)
	}
	return req, nil
}

// marked tells the transport what the call is and whether it may be repeated.
func marked(ctx context.Context, r Request) context.Context {
	if r.Repeat {
		return providers.Reading(ctx, r.Op)
	}
	return providers.Changing(ctx, r.Op)
}

// path splits To and puts the ids in.
func (r Request) path() (method, path string, err error) {
	method, path, _ = strings.Cut(r.To, " ")
	steps, ids := strings.Split(path, "/"), r.IDs
	for i, step := range steps {
		if !strings.HasPrefix(step, "{") {
			continue
		}
		if len(ids) == 0 || ids[0] == "" || ids[0] == "." || ids[0] == ".." {
			return "", "", providers.Errorf(providers.ErrNotFound, r.Op, "no such id")
		}
		steps[i], ids = url.PathEscape(ids[0]), ids[1:]
	}
	return method, strings.Join(steps, "/"), nil
}

// send makes the exchange and reads the answer to its end.
func (c *Client) send(req *http.Request, a *Answer) error {
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return pace.Cause(err)
	}
	defer resp.Body.Close()
	limit := c.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	a.Status, a.Header = resp.StatusCode, resp.Header
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", pace.Cause(err))
	}
	if int64(len(a.Body)) > limit {
		return fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return nil
}

// readable refuses a good status with a body of a type that the cloud does not
// speak.
func (c *Client) readable(a Answer) error {
	text := a.Header.Get("Content-Type")
	if len(a.Body) == 0 || len(c.Media) == 0 || text == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(text)
	if err == nil && slices.Contains(c.Media, media) {
		return nil
	}
	return a.Broken("answered in %.60q", text)
}
