package openstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"occigate/providers"
)

// request is one call of a service.
type request struct {
	to    service
	op    string   // "POST /servers/{id}/action": the call's name, method and path
	ids   []string // for the braces in op, in order
	query url.Values
	body  any // sent as JSON, nil for none
	into  any // pointer that the answer is decoded to, nil to ignore it
}

// succeeded are the codes that say that a call worked, for every method.
var succeeded = []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNonAuthoritativeInfo, http.StatusNoContent}

// do makes one call, after the login if there was none. GETs are marked as
// repeatable, everything else as not.
func (p *Provider) do(ctx context.Context, r request) error {
	if err := p.session.open(ctx); err != nil {
		return err
	}
	client, err := p.session.service(r.to)
	if err != nil {
		return err
	}
	method, path, err := r.path()
	if err != nil {
		return err
	}
	target := client.Endpoint + path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	marked := providers.Changing(ctx, r.op)
	if method == http.MethodGet {
		marked = providers.Reading(ctx, r.op)
	}
	for {
		answer, err := client.Request(marked, method, target, &gophercloud.RequestOpts{
			JSONBody: r.body, KeepResponseBody: true, OkCodes: succeeded,
		})
		if err == nil {
			err = read(answer, r.into)
		}
		if !borrowed(ctx, err) {
			return p.session.failure(r.op, err)
		}
	}
}

// read decodes an answer, to its end so that the connection can be used again.
func read(answer *http.Response, into any) (err error) {
	defer answer.Body.Close()
	body := json.NewDecoder(answer.Body)
	switch into := into.(type) {
	case nil:
	case interface{ readFrom(*json.Decoder) error }:
		err = into.readFrom(body)
	default:
		err = body.Decode(into)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// borrowed reports whether a call failed only because it waited for a login
// that another caller began and gave up. The service has refused the old
// token and done nothing, so the call can be made again.
func borrowed(ctx context.Context, err error) bool {
	var renewal *gophercloud.ErrUnableToReauthenticate
	return errors.As(err, &renewal) && gaveUp(renewal.ErrReauth) && ctx.Err() == nil
}

// path splits op into method and path and puts the ids in. An id that could
// not be one step of a path names nothing.
func (r request) path() (method, path string, err error) {
	method, path, _ = strings.Cut(r.op, " /")
	steps, ids := strings.Split(path, "/"), r.ids
	for i, step := range steps {
		if !strings.HasPrefix(step, "{") {
			continue
		}
		id := ids[0]
		ids = ids[1:]
		if id == "" || id == "." || id == ".." {
			return "", "", providers.Errorf(providers.ErrNotFound, r.op, "%q is no id", id)
		}
		steps[i] = url.PathEscape(id)
	}
	return method, strings.Join(steps, "/"), nil
}

// page is one answer of a listing: rows under the key of the collection, and
// the address of the next page under one of two spellings.
type page[T any] struct {
	key  string
	rows []T
	next string
}

// readFrom reads {"servers": [...], "servers_links": [{"rel", "href"}]} (Nova,
// Neutron, Cinder) or {"images": [...], "next": "/v2/images?..."} (Glance),
// going over the rows once. An answer without the collection is an error and
// not an empty page.
func (p *page[T]) readFrom(body *json.Decoder) error {
	if begin, err := body.Token(); err != nil || begin != json.Delim('{') {
		return errors.Join(errors.New("the answer is no JSON object"), err)
	}
	var links []struct{ Rel, Href string }
	for body.More() {
		name, err := body.Token()
		if err != nil {
			return err
		}
		var into any = new(json.RawMessage) // of no interest
		switch name {
		case p.key:
			into = &p.rows
		case p.key + "_links":
			into = &links
		case "next":
			into = &p.next
		}
		if err := body.Decode(into); err != nil {
			return err
		}
	}
	if p.rows == nil {
		return fmt.Errorf("the answer holds no list of %s", p.key)
	}
	for _, l := range links {
		if l.Rel == "next" {
			p.next = l.Href
		}
	}
	_, err := body.Token()
	return err
}

// list reads all pages of a collection. Only the query of a next page's
// address is used: behind a proxy its host is often wrong.
func list[T any](ctx context.Context, p *Provider, r request, key string) ([]T, error) {
	all, seen := []T{}, map[string]bool{}
	for {
		answer := page[T]{key: key}
		r.into = &answer
		if err := p.do(ctx, r); err != nil {
			return nil, whole(err, len(seen) > 0)
		}
		all = append(all, answer.rows...)
		if answer.next == "" {
			return all, nil
		}
		next, err := url.Parse(answer.next)
		if err != nil || seen[next.RawQuery] || next.RawQuery == "" {
			return nil, providers.Errorf(providers.ErrUnavailable, r.op, "the pages of the listing do not end")
		}
		seen[next.RawQuery] = true
		r.query = next.Query()
	}
}

// whole says that a listing is to be begun again when the row that a later
// page starts behind has gone, which the services call a bad request.
func whole(err error, later bool) error {
	var e *providers.Error
	if !later || !errors.As(err, &e) || (e.Kind != providers.ErrInvalid && e.Kind != providers.ErrNotFound) {
		return err
	}
	again := *e
	again.Kind = providers.ErrUnavailable
	return &again
}

// limited asks for pages of 1,000 rows, the most that Nova, Cinder and Glance
// give unless they are configured otherwise.
func limited() url.Values { return url.Values{"limit": {"1000"}} }
