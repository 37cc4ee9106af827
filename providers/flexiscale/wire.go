package flexiscale

import (
	"context"
	"net/http"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// session is the account's login. Its cookie is in the client's jar; logins is
// how many there were, so that of many calls that meet an expired session one
// alone logs in again. turn holds a value while nobody is at it.
type session struct {
	turn   chan struct{}
	logins chan int // holds the one value
}

func newSession() session {
	s := session{turn: make(chan struct{}, 1), logins: make(chan int, 1)}
	s.turn <- struct{}{}
	s.logins <- 0
	return s
}

// count reads how many logins there were.
func (s session) count() int {
	n := <-s.logins
	s.logins <- n
	return n
}

// login logs in, unless another call has done so since the caller saw a number
// of logins. Waiting for that other call ends with ctx.
func (p *Provider) login(ctx context.Context, seen int) error {
	select {
	case <-p.session.turn:
	case <-ctx.Done():
		return &providers.Error{Kind: providers.ErrUnavailable, Op: "Login", Message: "the wait for another login ended", Err: ctx.Err()}
	}
	defer func() { p.session.turn <- struct{}{} }()
	if p.session.count() != seen {
		return nil
	}
	_, err := p.send(ctx, "Login", str("username", p.settings.Username), str("password", p.settings.Password.Reveal()))
	if err == nil {
		<-p.session.logins
		p.session.logins <- seen + 1
	}
	return err
}

// changes are the operations that must not be repeated.
var changes = map[string]bool{
	"CreateServer": true, "ModifyServer": true, "StartServer": true, "StopServer": true,
	"RebootServer": true, "StopStartServer": true, "DestroyServer": true,
}

// call makes a call within the session. A session that is not there is begun,
// and one that has expired is begun again once: the cloud refuses such a call
// before it does anything, so that also a change may be sent again.
func (p *Provider) call(ctx context.Context, op string, params ...param) (row, error) {
	seen := p.session.count()
	if seen == 0 {
		if err := p.login(ctx, 0); err != nil {
			return row{}, err
		}
		seen = p.session.count()
	}
	r, err := p.send(ctx, op, params...)
	if providers.Kind(err) != providers.ErrDenied {
		return r, err
	}
	if err := p.login(ctx, seen); err != nil {
		return row{}, err
	}
	return p.send(ctx, op, params...)
}

// send makes a call as it is. A fault is an error whatever the status is.
func (p *Provider) send(ctx context.Context, op string, params ...param) (row, error) {
	a, err := p.wire.Do(ctx, wire.Request{To: "POST ", Op: op, Body: envelope(op, params), Repeat: !changes[op]})
	if err != nil {
		return row{}, err
	}
	r, refused, err := read(a)
	if refused != nil {
		return row{}, p.wire.Refused(a, *refused)
	}
	return r, err
}

// listing is the rows that an operation returns.
type listing struct {
	doc   *document
	items []row
}

// err is what was found wrong with the answer while its rows were read.
func (l listing) err() error { return l.doc.broken }

// list makes a call that returns an array. One that returns nothing at all is
// broken; an array that is nil has no rows.
func (p *Provider) list(ctx context.Context, op string, params ...param) (listing, error) {
	r, err := p.call(ctx, op, params...)
	if err != nil {
		return listing{}, err
	}
	if r.name == "" {
		r.doc.note("the answer has no %sReturn", op)
	}
	l := listing{doc: r.doc, items: r.items()}
	return l, l.err()
}

// number makes a call that returns a number.
func (p *Provider) number(ctx context.Context, op string, params ...param) (int64, error) {
	r, err := p.call(ctx, op, params...)
	if err != nil {
		return 0, err
	}
	n := r.integer()
	return n, r.doc.broken
}

// kindOf turns faults into kinds by the start of their faultstring; the first
// that fits counts. What "Invalid Server" is said of is not on record, and none
// is of a limit that is reached.
var kindOf = []struct {
	start string
	kind  error
}{
	{"InvalidCredentials", providers.ErrDenied},
	{"Your credentials are unsuitable or missing", providers.ErrDenied},
	{`Server "`, providers.ErrNotFound},
	{"Server Not Stopped", providers.ErrConflict},
	{"Server is currently", providers.ErrConflict},
	{"Bad num of processors", providers.ErrInvalid},
	{"Invalid Server", providers.ErrInvalid},
	{"An unexpected error occurred", providers.ErrUnavailable},
}

func refusal(code, text string) *wire.Refusal {
	said := &wire.Refusal{Kind: providers.ErrUnavailable, Code: code, Message: text}
	if strings.HasSuffix(code, "Client") {
		said.Kind = providers.ErrInvalid
	}
	for _, k := range kindOf {
		if strings.HasPrefix(text, k.start) {
			said.Kind = k.kind
			break
		}
	}
	return said
}

// explain reads the fault out of a refusal. Any other body is a proxy's: of
// what it says, only that it wants credentials or fewer calls is believed.
func explain(a wire.Answer) wire.Refusal {
	if _, said, err := read(a); err == nil && said != nil {
		return *said
	}
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return wire.Refusal{}
	}
	return wire.Refusal{Kind: providers.ErrUnavailable, Message: "the answer is not FlexiScale's"}
}
