package fault

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Refuse writes a simulator's own error document for a Status fault: f.Status,
// and f.Code and f.Body (the message) where they are set. The Retry-After
// header is already there.
type Refuse func(w http.ResponseWriter, r *http.Request, f Fault)

// Wrap puts the plan in front of a simulator. operation names the call as the
// cloud's documents do; it may read the request's body, which it must put back.
// refuse may be nil for a plain-text error. Every request is counted under its
// operation, then Latency, Hang, Status and Body strike before next, or after
// it with Fault.After, and Edit, Truncate and Cut after it.
//
// A request that waits ends when its client goes; when the plan is cleared it
// is answered as if nothing had been.
func (p *Plan) Wrap(next http.Handler, operation func(*http.Request) string, refuse Refuse) http.Handler {
	if refuse == nil {
		refuse = plainly
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := hold(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		x := exchange{plan: p, call: operation(r), w: w, r: r, refuse: refuse}
		p.Count(x.call)
		if x.struck(false) {
			return
		}
		answer := &answer{header: http.Header{}}
		next.ServeHTTP(answer, r)
		if x.struck(true) {
			return
		}
		answer.spoil(p, x.call)
		_, cut := p.Take(Cut, x.call)
		answer.send(w, cut)
	})
}

func plainly(w http.ResponseWriter, _ *http.Request, f Fault) {
	message := f.Body
	if message == "" {
		message = http.StatusText(f.Status)
	}
	http.Error(w, message, f.Status)
}

// hold reads the request's body, since net/http notices that a client has gone
// only once the body is read.
func hold(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

// exchange is one request and the answer to it.
type exchange struct {
	plan   *Plan
	call   string
	w      http.ResponseWriter
	r      *http.Request
	refuse Refuse
}

// struck carries out the faults before or after the call and reports whether
// one of them has answered.
func (x exchange) struck(after bool) bool {
	for _, kind := range []Kind{Latency, Hang, Status, Body} {
		f, cleared, ok := x.plan.take(func(f Fault) bool {
			return f.Kind == kind && f.After == after && f.on(x.call)
		})
		if ok && x.strike(f, cleared) {
			return true
		}
	}
	return false
}

func (x exchange) strike(f Fault, cleared <-chan struct{}) (answered bool) {
	switch f.Kind {
	case Latency:
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		x.wait(timer.C, cleared)
		return false
	case Hang:
		x.wait(nil, cleared)
		return false
	}
	if f.RetryAfter > 0 {
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		x.w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	if f.Kind == Status {
		x.refuse(x.w, x.r, f)
		return true
	}
	x.w.Header().Set("Content-Type", orElse(f.ContentType, "text/html"))
	x.w.WriteHeader(orElse(f.Status, http.StatusOK))
	_, _ = io.WriteString(x.w, f.Body)
	return true
}

func orElse[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// wait returns when it is time or the plan is cleared. When the client goes
// first, it ends the handler.
func (x exchange) wait(timer <-chan time.Time, cleared <-chan struct{}) {
	select {
	case <-timer:
	case <-cleared:
	case <-x.r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

// answer is what the simulator says, kept until it is known what becomes of it.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// spoil edits the body and takes half of it away, as the plan says.
func (a *answer) spoil(p *Plan, call string) {
	body := a.body.Bytes()
	if f, ok := p.Take(Edit, call); ok {
		body = regexp.MustCompile(f.Find).ReplaceAll(body, []byte(f.Body))
		a.header.Del("Content-Length")
	}
	if _, ok := p.Take(Truncate, call); ok {
		body = body[:len(body)/2]
		a.header.Del("Content-Length")
	}
	a.body = *bytes.NewBuffer(body)
}

// send passes the answer on. A cut one announces its whole length, carries half
// of it and closes the connection.
func (a *answer) send(w http.ResponseWriter, cut bool) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	body := a.body.Bytes()
	if cut {
		w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 1)))
	}
	w.WriteHeader(orElse(a.status, http.StatusOK))
	if !cut {
		_, _ = w.Write(body)
		return
	}
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
