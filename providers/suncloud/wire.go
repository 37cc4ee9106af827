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
	mediaOf("vnet"), mediaOf("publicaddress"), mediaOf("status"), mediaOf("backup"), mediaOf("common.messages"),
}

func mediaOf(kind string) string { return stem + kind + "+json" }

// client makes the calls of one user to the URIs that the cloud gives.
type client struct {
	service *url.URL // the only URI that is configured
	vdc     string   // name, empty for the only one
	http    wire.Client
}

func newClient(s Settings, service *url.URL, around providers.Surroundings) *client {
	return &client{service: service, vdc: s.VDC, http: wire.Client{ // without a base, see do
		HTTP: around.HTTP, Clock: around.Clock, Media: media, Explain: explain,
		Header:  http.Header{"X-Cloud-Client-Specification-Version": {"0.1"}},
		Sign:    func(r *http.Request) { r.SetBasicAuth(s.User, s.Password.Reveal()) },
		Secrets: []providers.Secret{s.Password},
	}}
}

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
func (c *client) do(ctx context.Context, asked call) (wire.Answer, *url.URL, error) {
	op := cmp.Or(asked.op, asked.method+" "+asked.kind)
	u, err := url.Parse(asked.uri)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return wire.Answer{}, nil, providers.Errorf(providers.ErrNotFound, op, "no such URI")
	case u.Scheme == "http" && c.service.Scheme == "https":
		return wire.Answer{}, nil, providers.Errorf(providers.ErrUnavailable, op, "the cloud names a URI without TLS")
	}
	r := wire.Request{Op: op, Repeat: asked.method == http.MethodGet, Header: http.Header{}}
	r.To = asked.method + " " + strings.ReplaceAll(u.RequestURI(), "{", "%7B") // braces are the wire's
	r.Header.Set("Accept", mediaOf("Status")+", "+mediaOf("common.Messages")+", application/json")
	if r.Repeat {
		r.Header.Set("Accept", mediaOf(asked.kind)+", "+mediaOf("common.Messages")+", application/json")
	}
	if asked.body != nil {
		r.Body, err = json.Marshal(asked.body)
		r.Header.Set("Content-Type", "application/json")
		if asked.kind != "" {
			r.Header.Set("Content-Type", mediaOf(asked.kind))
		}
	}
	if err != nil {
		return wire.Answer{}, nil, providers.Errorf(providers.ErrInvalid, op, "the body cannot be written")
	}
	client := c.http
	client.Base = &url.URL{Scheme: u.Scheme, Host: u.Host}
	a, err := client.Do(ctx, r)
	return a, u, err
}

// get reads a resource, with all its URIs absolute.
func (c *client) get(ctx context.Context, uri, kind string, into any) error {
	a, base, err := c.do(ctx, call{method: http.MethodGet, uri: uri, kind: kind})
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
