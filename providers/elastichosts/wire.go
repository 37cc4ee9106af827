package elastichosts

import (
	"context"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/wire"
)

// props is one object of the protocol: values by keys such as "ide:0:0". What
// is a list in JSON is separated by spaces, as in text (Core API details).
type props map[string]string

// number reads a value, 0 when it is none.
func (r props) number(key string) float64 {
	n, _ := strconv.ParseFloat(r[key], 64)
	return n
}

// lower brings a UUID to one form, since clouds and people differ in case.
func lower(uuid string) string { return strings.ToLower(strings.TrimSpace(uuid)) }

// format is one of the two representations.
type format struct {
	media  string
	encode func(props) []byte
	decode func(wire.Answer) ([]props, error)
}

var formats = map[string]format{
	"text": {"text/plain", encodeText, decodeText},
	"json": {"application/json", encodeJSON, decodeJSON},
}

// encodeText writes "key value" lines. A line break travels as the two
// characters \n.
func encodeText(r props) []byte {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(r)) {
		value := strings.ReplaceAll(strings.ReplaceAll(r[key], "\r", ""), "\n", `\n`)
		b.WriteString(key + " " + value + "\n")
	}
	return []byte(b.String())
}

// decodeText reads objects that are separated by empty lines. A key ends at the
// first blank; one without a value has the empty one. No line at all is an
// empty listing, unless it is said to be something else than text.
func decodeText(a wire.Answer) ([]props, error) {
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if len(a.Body) == 0 && media != "" && media != "text/plain" {
		return nil, a.Broken("the answer is an empty %.40q", media)
	}
	var rows []props
	var row props
	for line := range strings.Lines(string(a.Body)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			row = nil
			continue
		}
		if row == nil {
			row = props{}
			rows = append(rows, row)
		}
		key, value, _ := strings.Cut(line, " ")
		row[key] = strings.ReplaceAll(value, `\n`, "\n")
	}
	return rows, nil
}

// numeric are the keys that clients send as JSON numbers.
var numeric = map[string]bool{"cpu": true, "mem": true, "size": true, "smp": true}

func encodeJSON(r props) []byte {
	object := make(map[string]any, len(r))
	for key, value := range r {
		object[key] = value
		if _, err := strconv.ParseUint(value, 10, 63); err == nil && numeric[key] {
			object[key] = json.Number(value)
		}
	}
	b, _ := json.Marshal(object) // texts and numbers only, never fails
	return b
}

// decodeJSON reads one object or an array of them. Values are texts, numbers or
// arrays of such, whichever the cloud likes.
func decodeJSON(a wire.Answer) ([]props, error) {
	var document any
	if err := a.JSON(&document); err != nil {
		return nil, err
	}
	list, many := document.([]any)
	if !many {
		list = []any{document}
	}
	rows := make([]props, 0, len(list))
	for _, element := range list {
		object, is := element.(map[string]any)
		if !is {
			return nil, a.Broken("the answer holds something that is no object")
		}
		row := props{}
		for key, value := range object {
			text, ok := flat(value)
			if !ok {
				return nil, a.Broken("the answer has a value of a wrong type at %.40q", key)
			}
			row[key] = text
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// flat turns a JSON value into the text that it would be in text/plain.
func flat(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			part, ok := flat(element)
			if _, nested := element.([]any); !ok || nested {
				return "", false
			}
			parts[i] = part
		}
		return strings.Join(parts, " "), true
	}
	return "", false
}

// client makes the calls of one user at one endpoint.
type client struct {
	http   wire.Client
	format format
}

func newClient(s Settings, base *url.URL, around providers.Surroundings) *client {
	f := formats[s.Format]
	return &client{format: f, http: wire.Client{
		HTTP: around.HTTP, Base: base, Clock: around.Clock, Explain: explain,
		Header: http.Header{"Accept": {f.media}}, Media: []string{f.media},
		Sign:    func(r *http.Request) { r.SetBasicAuth(s.User, s.Key.Reveal()) },
		Secrets: []providers.Secret{s.Key},
	}}
}

// read asks for objects, every one of which must have the key that names it.
func (c *client) read(ctx context.Context, key, to string, ids ...string) ([]props, error) {
	a, err := c.http.Do(ctx, wire.Request{To: to, IDs: ids, Repeat: true})
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(a, key)
	return listing.Once(rows, err, func(r props) string { return lower(r[key]) })
}

// readOne is read of what must be one object.
func (c *client) readOne(ctx context.Context, key, to string, ids ...string) (props, error) {
	rows, err := c.read(ctx, key, to, ids...)
	if err == nil && len(rows) != 1 {
		err = providers.Errorf(providers.ErrUnavailable, to, "%d objects in the answer, want one", len(rows))
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// create sends an object and gives the one that the cloud made of it.
func (c *client) create(ctx context.Context, key, to string, body props) (props, error) {
	a, err := c.send(ctx, body, to)
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(a, key)
	if err == nil && len(rows) != 1 {
		err = a.Broken("%d objects in the answer, want one", len(rows))
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// send makes a change, with a body or without one.
func (c *client) send(ctx context.Context, body props, to string, ids ...string) (wire.Answer, error) {
	r := wire.Request{To: to, IDs: ids}
	if body != nil {
		r.Header = map[string][]string{"Content-Type": {c.format.media}}
		r.Body = c.format.encode(body)
	}
	return c.http.Do(ctx, r)
}

// do gives a command that has no body, and whose answer matters no more.
func (c *client) do(ctx context.Context, to string, ids ...string) error {
	_, err := c.send(ctx, nil, to, ids...)
	return err
}

// rows decodes an answer; 204 is none, which is how nothing may be said in JSON.
func (c *client) rows(a wire.Answer, key string) ([]props, error) {
	if a.Status == http.StatusNoContent {
		return nil, nil
	}
	rows, err := c.format.decode(a)
	for _, r := range rows {
		if err == nil {
			err = r.sound(a, key)
		}
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// sound refuses an object without the key that names it, or with a text for a
// number that everything else is reckoned from.
func (r props) sound(a wire.Answer, key string) error {
	if r[key] == "" {
		return a.Broken("an object in the answer has no %q", key)
	}
	for _, figure := range []string{"cpu", "mem", "size"} {
		if _, err := strconv.ParseFloat(r[figure], 64); r[figure] != "" && err != nil {
			return a.Broken("an object in the answer has no number at %q", figure)
		}
	}
	return nil
}

// classes are the values of the header X-Elastic-Error (Core API details).
var classes = map[string]error{
	"usage":   providers.ErrInvalid,
	"auth":    providers.ErrDenied,
	"billing": providers.ErrQuota, // the trial is over, or no credit is left
	"missing": providers.ErrNotFound,
	"method":  providers.ErrUnsupported,
	"busy":    providers.ErrConflict,
	"failed":  providers.ErrUnavailable,
	"system":  providers.ErrUnavailable,
	"full":    providers.ErrQuota, // the cluster has no room
}

// explain reads the class from the header and the words from the body, which is
// text in either format. A 400 that says that something could not be found is a
// 404 to clients of this cloud. A page of HTML is a proxy's: no evidence that
// something does not exist.
func explain(a wire.Answer) wire.Refusal {
	class := a.Header.Get("X-Elastic-Error")
	r := wire.Refusal{Kind: classes[class], Code: class}
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if media == "text/html" {
		if class == "" && a.Status == http.StatusNotFound {
			r.Kind = providers.ErrUnavailable
		}
		return r
	}
	r.Message = strings.TrimSpace(strings.TrimPrefix(string(a.Body), "errors:"))
	gone := strings.HasSuffix(a.Op, "/info") || strings.Contains(r.Message, "could not be found")
	if a.Status == http.StatusBadRequest && gone {
		r.Kind = providers.ErrNotFound
	}
	return r
}
