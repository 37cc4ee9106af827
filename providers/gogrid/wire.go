package gogrid

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // the API signs with MD5
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// client makes the calls of one key in one datacenter.
type client struct {
	http        wire.Client
	clock       providers.Clock
	key, secret providers.Secret
	datacenter  string // name or id
}

func newClient(s Settings, base *url.URL, around providers.Surroundings) *client {
	c := &client{clock: around.Clock, key: s.APIKey, secret: s.Secret, datacenter: s.Datacenter}
	c.http = wire.Client{
		HTTP: around.HTTP, Base: base, Clock: around.Clock, Sign: c.sign, Explain: explain,
		Secrets: []providers.Secret{s.APIKey, s.Secret},
	}
	return c
}

// sign adds the key and its signature to a call. The signature is the MD5 of
// key, secret and the Unix time in seconds; the call itself is not signed, and
// the cloud takes the time within some ten minutes of its own ("API
// Signature").
func (c *client) sign(r *http.Request) {
	key := c.key.Reveal()
	second := strconv.FormatInt(c.clock.Now().Unix(), 10)
	sum := md5.Sum([]byte(key + c.secret.Reveal() + second)) //nolint:gosec // see the import
	q := r.URL.Query()
	q.Set("api_key", key)
	q.Set("sig", hex.EncodeToString(sum[:]))
	r.URL.RawQuery = q.Encode()
}

// changes are the calls that must not be repeated. All calls are made by GET.
var changes = map[string]bool{
	"grid/server/add": true, "grid/server/edit": true, "grid/server/power": true, "grid/server/delete": true,
	"grid/image/save": true, "grid/image/delete": true,
}

// envelope is what every answer of the API comes in.
type envelope struct {
	Status  string `json:"status"`
	Summary struct {
		Total    number `json:"total"`
		NumPages number `json:"numpages"`
	} `json:"summary"`
	List []json.RawMessage `json:"list"`
}

// call makes one call. An answer that says failure is an error, whatever its
// status is. The type text/html, in which GoGrid sends its JSON, says nothing,
// so that a proxy's page is known by not being JSON.
func (c *client) call(ctx context.Context, op string, args url.Values) (wire.Answer, envelope, error) {
	q := url.Values{"v": {"1.9"}, "format": {"json"}}
	maps.Copy(q, args)
	var e envelope
	a, err := c.http.Do(ctx, wire.Request{To: "GET /" + op, Op: op, Query: q, Repeat: !changes[op]})
	if err != nil {
		return a, e, err
	}
	if err := a.JSON(&e); err != nil {
		return a, e, err
	}
	switch e.Status {
	case "success":
		return a, e, nil
	case "failure":
		said := e.refusal()
		said.Kind = cmp.Or(said.Kind, providers.ErrConflict)
		said.Message = cmp.Or(said.Message, "the cloud accepted the call and refused the action")
		return a, e, c.http.Refused(a, said)
	}
	return a, e, a.Broken("the answer has the status %.20q, neither success nor failure", e.Status)
}

// one makes a call whose answer is one object.
func one[T any](ctx context.Context, c *client, op string, args url.Values) (row T, err error) {
	a, e, err := c.call(ctx, op, args)
	if err != nil {
		return row, err
	}
	if len(e.List) != 1 {
		return row, a.Broken("the answer has %d objects, not one", len(e.List))
	}
	return decode[T](a, e.List[0])
}

func decode[T any](a wire.Answer, text json.RawMessage) (row T, err error) {
	err = wire.Answer{Op: a.Op, Body: text}.JSON(&row)
	return row, err
}

// pageSize is how many rows are asked for at once. The cloud's own limit is not
// documented; a smaller one shows in the number of pages.
const pageSize = 250

// paged are the listings that come in pages when asked; elsewhere page and
// num_items are no arguments.
var paged = map[string]bool{"grid/server/list": true, "grid/image/list": true, "grid/ip/list": true, "grid/job/list": true}

// list makes a listing, all pages of it. Pages that do not add up are
// [providers.ErrUnavailable]: rows came, went or moved between them.
func list[T any](ctx context.Context, c *client, op string, args url.Values) ([]T, error) {
	q := url.Values{}
	maps.Copy(q, args)
	l := pages[T]{seen: map[rowKey]bool{}}
	for page := 0; ; page++ {
		if paged[op] {
			q.Set("num_items", strconv.Itoa(pageSize))
			q.Set("page", strconv.Itoa(page))
		}
		a, e, err := c.call(ctx, op, q)
		if err != nil {
			return nil, err
		}
		if err := l.add(a, e, page); err != nil {
			return nil, err
		}
		if page+1 >= int(e.Summary.NumPages) || len(e.List) == 0 {
			if err := l.whole(a); err != nil {
				return nil, err
			}
			return l.rows, nil
		}
	}
}

// pages is what those read so far have brought.
type pages[T any] struct {
	rows     []T
	seen     map[rowKey]bool
	received int
	total    int
}

// rowKey tells rows apart; those without an id by their name.
type rowKey struct {
	ID   key    `json:"id"`
	Name string `json:"name"`
}

// add takes a page. A row may come twice on one page, but on two it stands in
// the place of another.
func (l *pages[T]) add(a wire.Answer, e envelope, page int) error {
	total := int(e.Summary.Total)
	if page > 0 && total != l.total {
		return a.Broken("the total went from %d to %d between two pages", l.total, total)
	}
	l.total = total
	l.received += len(e.List)
	for _, text := range e.List {
		k, err := decode[rowKey](a, text)
		if err != nil {
			return err
		}
		if l.seen[k] && page > 0 {
			return a.Broken("a row is on two pages")
		}
		if l.seen[k] {
			continue
		}
		l.seen[k] = true
		row, err := decode[T](a, text)
		if err != nil {
			return err
		}
		l.rows = append(l.rows, row)
	}
	return nil
}

// whole refuses a listing that is short of rows or has too many.
func (l *pages[T]) whole(a wire.Answer) error {
	if l.received != l.total {
		return a.Broken("%d rows were listed, the total is %d", l.received, l.total)
	}
	return nil
}

// kindOf turns GoGrid's error codes into kinds.
var kindOf = map[string]error{
	"IllegalArgumentException": providers.ErrInvalid,
	"UnexpectedException":      providers.ErrUnavailable,
}

// explain reads a refusal: Mashery's code in a header, or the error object in
// the envelope. Any other body is a proxy's and is evidence of nothing.
func explain(a wire.Answer) wire.Refusal {
	if code := a.Header.Get("X-Mashery-Error-Code"); code != "" {
		return mashery(code)
	}
	var e envelope
	if a.JSON(&e) == nil && len(e.List) > 0 {
		said := e.refusal()
		if a.Status/100 == 5 {
			said.Kind = providers.ErrUnavailable
		}
		return said
	}
	if a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || a.Status == http.StatusTooManyRequests {
		return wire.Refusal{}
	}
	return wire.Refusal{Kind: providers.ErrUnavailable, Message: "the answer is not GoGrid's"}
}

// mashery is a refusal by the proxy in front of the API. That of a clock that
// is off is the same as that of a wrong key.
func mashery(code string) wire.Refusal {
	if strings.Contains(code, "_OVER_") { // ..._DEVELOPER_OVER_QPS, ..._OVER_RATE
		return wire.Refusal{Kind: providers.ErrThrottled, Code: code, Message: "too many calls"}
	}
	return wire.Refusal{
		Kind: providers.ErrDenied, Code: code,
		Message: "key or secret are wrong, or the clock of this machine is more than some minutes off",
	}
}

// signature is the form of sig, in case a message repeats a call.
var signature = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// refusal reads the error object of an envelope; a list without one is the zero
// refusal.
func (e envelope) refusal() wire.Refusal {
	var said struct {
		Object, ErrorCode, Message string
	}
	if len(e.List) == 0 || json.Unmarshal(e.List[0], &said) != nil || said.Object != "error" {
		return wire.Refusal{}
	}
	kind := kindOf[said.ErrorCode]
	if strings.Contains(said.Message, "No object found") {
		kind = providers.ErrNotFound
	}
	return wire.Refusal{Kind: kind, Code: said.ErrorCode, Message: signature.ReplaceAllString(said.Message, "******")}
}
