package pace

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"occigate/providers"
)

const (
	firstWait = 200 * time.Millisecond // before the second attempt; doubles with each
	maxReplay = 1 << 20                // bytes of a request body that are kept to repeat it
	maxDrain  = 64 << 10               // bytes of an unwanted answer that are read to keep its connection

	maxDocument = 16 << 30 // bytes of a document that is read as it comes
)

// busy are the answers that say: not now, the same request may work later.
var busy = map[int]bool{
	http.StatusTooManyRequests:    true,
	http.StatusServiceUnavailable: true,
}

// transport is the [http.RoundTripper] of one account.
type transport struct{ Options }

// RoundTrip sends the request, and again where its context says that it may be
// repeated ([providers.Reading], [providers.Keyed]) and the cloud was busy or
// did not answer. The last answer is returned as it came.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	op, repeatable := providers.Call(ctx)
	if op == "" {
		op = req.Method
	}
	call, repeatable, err := t.prepare(req, repeatable)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		resp, err := t.once(call, op)
		if !repeatable || attempt >= t.Attempts || !passing(ctx, resp, err) {
			return resp, err
		}
		wait, worth := t.wait(ctx, attempt, resp)
		if !worth {
			return resp, err
		}
		drain(resp)
		if err := t.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// outgoing makes the request to send, each time with its body from the start.
type outgoing struct {
	*http.Request
	body func() (io.ReadCloser, error)
}

// prepare copies the request, sets its headers and keeps the body of one that
// may be repeated. A body that is too long for that, or of unknown length, is
// sent once.
func (t *transport) prepare(req *http.Request, repeatable bool) (outgoing, bool, error) {
	out := outgoing{req.Clone(req.Context()), req.GetBody}
	out.Header.Set("User-Agent", "occigate/"+t.Version)
	out.GetBody = nil // or Go's transport repeats by itself
	switch {
	case req.Body == nil || req.Body == http.NoBody:
		out.body = func() (io.ReadCloser, error) { return noBody(req.Method), nil }
	case !repeatable || req.GetBody == nil && (req.ContentLength <= 0 || req.ContentLength > maxReplay):
		out.body = func() (io.ReadCloser, error) { return req.Body, nil }
		repeatable = false
	case req.GetBody == nil:
		kept, err := io.ReadAll(req.Body)
		if err = errors.Join(err, req.Body.Close()); err != nil {
			return out, false, err
		}
		out.body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(kept)), nil }
	default:
		req.Body.Close() // GetBody gives another
	}
	return out, repeatable, nil
}

// noBody is an empty body. Go's transport repeats a GET without a body when a
// kept connection breaks, unpaced and even where the GET adds a server; one
// with a body that it cannot rewind it leaves to us. It finds by itself that
// the body is empty.
func noBody(method string) io.ReadCloser {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return io.NopCloser(strings.NewReader(""))
	}
	return http.NoBody
}

// once waits for the budget, sends one request and counts it.
func (t *transport) once(call outgoing, op string) (*http.Response, error) {
	body, err := call.body()
	if err != nil {
		return nil, err
	}
	if err := t.Limiter.Wait(call.Context()); err != nil {
		body.Close()
		return nil, err
	}
	ctx, cancel, limit := t.limits(call.Context())
	req := call.WithContext(ctx)
	req.Body = body
	began := t.Clock.Now()
	resp, err := t.Transport.RoundTrip(req)
	code := 0
	if resp != nil {
		code = resp.StatusCode
	}
	t.Counter.Count(t.Account, op, code, t.Clock.Now().Sub(began))
	if err != nil {
		cancel()
		return nil, err
	}
	if learner, learns := t.Limiter.(providers.Learner); learns && busy[code] {
		learner.Throttled(call.Context(), RetryAfter(resp.Header, t.Clock.Now()))
	}
	resp.Body = &answer{ReadCloser: resp.Body, left: limit, limit: limit, done: cancel}
	return resp, nil
}

// limits bound the time and the answer of one request. Documents that are read as
// they come may take as long as their caller waits.
func (t *transport) limits(ctx context.Context) (context.Context, context.CancelFunc, int64) {
	if providers.IsFetching(ctx) {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel, maxDocument
	}
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	return ctx, cancel, t.MaxBody
}

// passing reports whether a failure may be over soon: no answer while the
// caller still waits, or one that says so.
func passing(ctx context.Context, resp *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	return err != nil || busy[resp.StatusCode]
}

// wait is the time until the next attempt: what the cloud asked for, else
// twice as long each time, the upper half of it random. It is not worth it
// when it is longer than we wait or than the caller does.
func (t *transport) wait(ctx context.Context, attempt int, resp *http.Response) (d time.Duration, worth bool) {
	ceiling := min(firstWait<<(attempt-1), t.MaxWait)
	d = ceiling/2 + time.Duration(t.Random()*float64(ceiling/2))
	if resp != nil {
		if asked := RetryAfter(resp.Header, t.Clock.Now()); asked > 0 {
			d = asked
		}
	}
	deadline, ends := ctx.Deadline()
	return d, d <= t.MaxWait && (!ends || t.Clock.Now().Add(d).Before(deadline))
}

// drain reads the rest of an answer that nobody wants, so that its connection
// can be used again.
func drain(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain) // what goes wrong here costs only the connection
	resp.Body.Close()
}
