package openstack

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
)

// call is one HTTP request, with what is known of it.
type call struct {
	*http.Request
	service *service
	op      string // its name, as in "GET /servers/{id}"
	minor   int    // microversion that holds: 93 of 2.93 in Nova, 70 of 3.70 in Cinder
}

// object is a JSON object of an answer.
type object = map[string]any

// answer is what a handler says when it succeeds. A nil body sends none.
type answer struct {
	status   int
	location string
	header   http.Header
	body     any
}

func ok(body any) (answer, error)       { return answer{status: http.StatusOK, body: body}, nil }
func accepted(body any) (answer, error) { return answer{status: http.StatusAccepted, body: body}, nil }

func created(body any) (answer, error) { return answer{status: http.StatusCreated, body: body}, nil }
func noContent() (answer, error)       { return answer{status: http.StatusNoContent}, nil }

// base is scheme and host as the client wrote them.
func (q *call) base() string {
	if q.TLS != nil {
		return "https://" + q.Host
	}
	return "http://" + q.Host
}

// self is the request's own address without its query.
func (q *call) self() string { return q.base() + q.URL.Path }

// wants reports whether the query has the parameter, and its value.
func (q *call) wants(name string) (string, bool) {
	values, ok := q.URL.Query()[name]
	if !ok {
		return "", false
	}
	return values[0], true
}

// decode reads the request's JSON object, which has one member of the name.
func (q *call) decode(member string, into any) error {
	var whole map[string]json.RawMessage
	if json.NewDecoder(q.Body).Decode(&whole) != nil {
		return refuse(http.StatusBadRequest, "%s", q.service.malformed)
	}
	part, ok := whole[member]
	if !ok {
		return refuse(http.StatusBadRequest, q.service.missing, member)
	}
	if err := json.Unmarshal(part, into); err != nil {
		return refuse(http.StatusBadRequest, "Invalid input for field/attribute %s. %s", member, err)
	}
	return nil
}

func (q *call) write(w http.ResponseWriter, a answer, err error) {
	h := w.Header()
	request := "req-" + uuid.NewString()
	h.Set("X-Openstack-Request-Id", request)
	if q.service.stamp != nil {
		h.Set("X-Compute-Request-Id", request)
		q.service.stamp(q, h)
	}
	if err != nil {
		q.service.deny(w, q.Request, asRefusal(err))
		return
	}
	for name, values := range a.header {
		h[name] = values
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	send(w, a.status, a.body)
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// operation names a request as faults and counts do: method and path without
// the service's root, ids replaced by {id}.
func (c *Cloud) operation(r *http.Request) string {
	_, pattern := c.mux.Handler(r)
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		return r.Method + " " + r.URL.Path
	}
	if strings.HasPrefix(path, network+"/{kind}/") {
		path = strings.Replace(path, "{kind}", strings.Split(r.URL.Path, "/")[3], 1)
	}
	segments := strings.Split(strings.TrimPrefix(path, serviceOf(path).root), "/")
	for i, s := range segments {
		switch {
		case s == "{$}":
			segments[i] = ""
		case strings.HasPrefix(s, "{"):
			segments[i] = "{id}"
		}
	}
	return r.Method + " " + strings.Join(segments, "/")
}

// now is the cloud's time, which a Skew fault shifts.
func (c *Cloud) now(op string) time.Time {
	now := c.opt.Clock()
	if f, ok := c.opt.Faults.Take(fault.Skew, op); ok {
		now = now.Add(f.Delay)
	}
	return now
}
