package flexiscale

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// client makes the account's calls in a session, whose cookie is in the jar of
// its HTTP client.
type client struct {
	http     wire.Client
	username string
	password providers.Secret

	// logins holds how many logins there were, and holds nothing while one is
	// made: of many calls that meet an expired session one alone logs in again,
	// and the others wait for it.
	logins chan int
}

func newClient(s Settings, endpoint *url.URL, around providers.Surroundings) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	own := *around.HTTP // with a jar that is the account's own
	own.Jar = jar
	c := &client{username: s.Username, password: s.Password, logins: make(chan int, 1), http: wire.Client{
		HTTP: &own, Base: endpoint, Clock: around.Clock, Explain: explain, Media: []string{"text/xml", "application/xml"},
		Header:  http.Header{"Content-Type": {"text/xml; charset=utf-8"}},
		Secrets: []providers.Secret{s.Password},
	}}
	c.logins <- 0
	return c, nil
}

// login logs in, unless another call has done so since the caller saw a number
// of logins, and gives their number now. Waiting for that other call ends with
// ctx.
func (c *client) login(ctx context.Context, seen int) (logins int, err error) {
	select {
	case logins = <-c.logins:
	case <-ctx.Done():
		return 0, &providers.Error{Kind: providers.ErrUnavailable, Op: "Login", Message: "the wait for another login ended", Err: ctx.Err()}
	}
	defer func() { c.logins <- logins }()
	if logins > seen {
		return logins, nil
	}
	if _, err = c.send(ctx, "Login", str("username", c.username), str("password", c.password.Reveal())); err == nil {
		logins++
	}
	return logins, err
}

// changes are the operations that must not be repeated.
var changes = map[string]bool{
	"CreateServer": true, "ModifyServer": true, "StartServer": true, "StopServer": true,
	"RebootServer": true, "StopStartServer": true, "DestroyServer": true,
}

// call makes a call within the session. A session that is not there is begun,
// and one that has expired is begun again once: the cloud refuses such a call
// before it does anything, so that also a change may be sent again.
func (c *client) call(ctx context.Context, op string, params ...param) (row, error) {
	seen, err := c.login(ctx, 0)
	if err != nil {
		return row{}, err
	}
	r, err := c.send(ctx, op, params...)
	if providers.Kind(err) != providers.ErrDenied {
		return r, err
	}
	if _, err := c.login(ctx, seen); err != nil {
		return row{}, err
	}
	return c.send(ctx, op, params...)
}

// plain are the operations whose SOAPAction is the namespace; that of all others
// begins with https. So have it the stubs that were generated from the WSDL.
var plain = map[string]bool{"Login": true, "ListServers": true, "ListJobs": true, "ListIpBlocks": true}

func soapAction(op string) string {
	if plain[op] {
		return `"` + namespace + `"`
	}
	return `"` + strings.Replace(namespace, "http:", "https:", 1) + `"`
}

// send makes a call as it is. A fault is an error whatever the status is.
func (c *client) send(ctx context.Context, op string, params ...param) (row, error) {
	a, err := c.http.Do(ctx, wire.Request{
		To: "POST ", Op: op, Body: envelope(op, params), Repeat: !changes[op], Header: http.Header{"SOAPAction": {soapAction(op)}},
	})
	if err != nil {
		return row{}, err
	}
	r, refused, err := read(a)
	if refused != nil {
		return row{}, c.http.Refused(a, *refused)
	}
	return r, err
}

// kindOf turns faults into kinds by the start of their faultstring; the first
// that fits counts. What "Invalid Server" is said of is not on record. A gap:
// neither is a fault for a limit that is reached, so that no refusal is ever
// [providers.ErrQuota]; one with a text of its own is ErrUnavailable.
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
