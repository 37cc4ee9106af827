package suncloud

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

const stem = "application/vnd.com.sun.cloud."

// media are the types of answers, in lower case as they are compared.
var media = []string{
	"application/json", mediaOf("cloud"), mediaOf("vdc"), mediaOf("cluster"), mediaOf("vm"), mediaOf("vmtemplates"),
	mediaOf("vnet"), mediaOf("publicaddress"), mediaOf("status"), mediaOf("common.messages"),
}

func mediaOf(kind string) string { return stem + kind + "+json" }

// call is one request to a URI that the cloud gave.
type call struct {
	method, uri string
	kind        string // type of the body or, of a GET, of the answer; empty: plain JSON
	op          string // default: method and kind
	body        any    // nil sends none
}

// do makes a call. A URI that is no absolute one is no resource's id, and one
// that would send the password unencrypted, though the service's own does not,
// is refused.
func (p *Provider) do(ctx context.Context, c call) (wire.Answer, *url.URL, error) {
	op := cmp.Or(c.op, c.method+" "+c.kind)
	u, err := url.Parse(c.uri)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return wire.Answer{}, nil, providers.Errorf(providers.ErrNotFound, op, "no such URI")
	case u.Scheme == "http" && p.service.Scheme == "https":
		return wire.Answer{}, nil, providers.Errorf(providers.ErrUnavailable, op, "the cloud names a URI without TLS")
	}
	r := wire.Request{Op: op, Repeat: c.method == http.MethodGet, Header: http.Header{}}
	r.To = c.method + " " + strings.ReplaceAll(u.RequestURI(), "{", "%7B") // braces are the wire's
	r.Header.Set("Accept", mediaOf("Status")+", "+mediaOf("common.Messages")+", application/json")
	if r.Repeat {
		r.Header.Set("Accept", mediaOf(c.kind)+", "+mediaOf("common.Messages")+", application/json")
	}
	if c.body != nil {
		r.Body, err = json.Marshal(c.body)
		r.Header.Set("Content-Type", "application/json")
		if c.kind != "" {
			r.Header.Set("Content-Type", mediaOf(c.kind))
		}
	}
	if err != nil {
		return wire.Answer{}, nil, providers.Errorf(providers.ErrInvalid, op, "the body cannot be written")
	}
	client := p.wire
	client.Base = &url.URL{Scheme: u.Scheme, Host: u.Host}
	a, err := client.Do(ctx, r)
	return a, u, err
}

// get reads a resource, with all its URIs absolute.
func (p *Provider) get(ctx context.Context, uri, kind string, into any) error {
	a, base, err := p.do(ctx, call{method: http.MethodGet, uri: uri, kind: kind})
	if err != nil {
		return err
	}
	if err := a.JSON(into); err != nil {
		return err
	}
	if doc, is := into.(links); is {
		resolve(base, doc.links())
	}
	if doc, is := into.(controlled); is {
		doc.resolveControllers(base)
	}
	return nil
}

// change makes a call that changes something. It gives the URI of what is made
// or changed, and a ticket while there is something to wait for. A cloud may be
// done at once, and say so by a Location or by nothing.
func (p *Provider) change(ctx context.Context, c call, t ticket) (target string, _ providers.Ticket, err error) {
	a, base, err := p.do(ctx, c)
	if err != nil {
		return "", "", err
	}
	s := status{Op: a.Op, Progress: 100, Code: a.Status, Target: cmp.Or(a.Header.Get("Location"), c.uri)}
	if a.Status == http.StatusAccepted {
		s = status{}
		if err := a.JSON(&s); err != nil {
			return "", "", err
		}
	}
	resolve(base, s.links())
	if s.Target == "" || s.Progress < 100 && s.Status == "" {
		return "", "", a.Broken("the Status has no target_uri or no status_uri")
	}
	return s.Target, t.after(s), p.failed(s)
}

// failed is the error of work that has ended badly. It is never one that asks
// to wait: there is nothing to wait for.
func (p *Provider) failed(s status) error {
	if s.Progress < 100 || s.Code < http.StatusBadRequest {
		return nil
	}
	kind := wire.Statuses()[s.Code]
	switch kind {
	case nil, providers.ErrUnavailable, providers.ErrThrottled:
		kind = providers.ErrConflict
	}
	if s.Code == http.StatusBadRequest {
		kind = providers.ErrInvalid
	}
	said := wire.Refusal{Kind: kind, Code: http.StatusText(s.Code), Message: cmp.Or(s.Message, "the cloud does not say why")}
	return p.wire.Refused(wire.Answer{Op: cmp.Or(s.Op, "GET Status")}, said)
}

// explain reads Messages, which may be missing. A page of a proxy is no evidence
// that something is not there.
func explain(a wire.Answer) wire.Refusal {
	var said struct {
		Message json.RawMessage `json:"message"`
	}
	if a.JSON(&said) != nil {
		if len(a.Body) > 0 && (a.Status == http.StatusNotFound || a.Status == http.StatusGone) {
			return wire.Refusal{Kind: providers.ErrUnavailable, Message: "the answer is not the cloud's"}
		}
		return wire.Refusal{}
	}
	var all []message
	if json.Unmarshal(said.Message, &all) != nil {
		all = make([]message, 1) // the specification does not say that it is a list
		_ = json.Unmarshal(said.Message, &all[0])
	}
	var refusal wire.Refusal
	texts := []string{}
	for _, m := range all {
		refusal.Code = cmp.Or(refusal.Code, m.Code)
		texts = append(texts, m.Text)
	}
	refusal.Message = strings.TrimSpace(strings.Join(texts, " "))
	return refusal
}

// message is one of Messages; what is not for end users is left out.
type message struct{ Code, Text string }
