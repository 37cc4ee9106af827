package gogrid

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

const transition = 12 * time.Second

// site is a cloud under test behind a server, with a clock that the test moves.
type site struct {
	*Cloud
	*timeline.Clock
	t     *testing.T
	url   string
	plan  *fault.Plan
	ahead time.Duration // of the client's clock
}

// newSite starts a cloud with a block of addresses and an image in US-West-1.
func newSite(t *testing.T, o Options) *site {
	s := &site{t: t, plan: new(fault.Plan), Clock: timeline.NewClock(time.Date(2013, 3, 1, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Faults, o.Transition = s.Now, s.plan, transition
	s.Cloud = New(o)
	s.AddBlock("203.0.113.32/28", USWest1, true)
	s.AddImage(Image{Name: "centos", OS: "CentOS 6.4 (64-bit)", Public: true})
	server := httptest.NewServer(s.Cloud)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// reply is an answer with its body as read.
type reply struct {
	*http.Response
	text string
}

// doc is the envelope.
type doc struct {
	Status  string
	Method  string
	Summary map[string]int
	List    []object
}

func (r reply) doc(t *testing.T) doc {
	t.Helper()
	var d doc
	if err := json.Unmarshal([]byte(r.text), &d); err != nil {
		t.Fatalf("no envelope: %v: %s", err, r.text)
	}
	return d
}

// signed are the arguments of a call, "name=value" each, with what proves who
// calls.
func (s *site) signed(args ...string) url.Values {
	q := url.Values{"api_key": {s.opt.Key}, "v": {"1.9"}, "format": {"json"}}
	q.Set("sig", sign(s.opt.Key, s.opt.Secret, s.Now().Add(s.ahead).Unix()))
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		q.Add(name, value)
	}
	return q
}

// call makes a call by GET.
func (s *site) call(op string, args ...string) reply {
	s.t.Helper()
	return s.send(op, s.signed(args...))
}

func (s *site) send(op string, q url.Values) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/api/"+op+"?"+q.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do(r)
}

func (s *site) do(r *http.Request) reply {
	s.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{res, string(text)}
}

// list makes a call that must succeed and gives its objects.
func (s *site) list(op string, args ...string) []object {
	s.t.Helper()
	r := s.call(op, args...)
	d := r.doc(s.t)
	if r.StatusCode != http.StatusOK || d.Status != "success" {
		s.t.Fatalf("%s: %d %s", op, r.StatusCode, r.text)
	}
	return d.List
}

// refused makes a call that must be refused with an error object of the code.
func (s *site) refused(status int, code, op string, args ...string) string {
	s.t.Helper()
	r := s.call(op, args...)
	d := r.doc(s.t)
	if r.StatusCode != status || d.Status != "failure" || len(d.List) != 1 || d.List[0]["errorcode"] != code {
		s.t.Fatalf("%s: %d %s, want %d %s", op, r.StatusCode, r.text, status, code)
	}
	if _, there := d.Summary["numpages"]; there {
		s.t.Errorf("%s: an error has numpages", op)
	}
	message, _ := d.List[0]["message"].(string)
	return message
}

const illegalArgument = "IllegalArgumentException"

// add makes a server on the nth address of the account.
func (s *site) add(name string, n int, more ...string) object {
	s.t.Helper()
	args := append([]string{"name=" + name, "image=centos", "server.ram=512MB", "ip=" + s.Addresses()[n].IP}, more...)
	return s.list("grid/server/add", args...)[0]
}

// state is the name of an object's state.
func state(o object) string {
	name, _ := o["state"].(object)["name"].(string)
	return name
}

// id is an object's id as an argument.
func id(o object) string { return strconv.Itoa(int(o["id"].(float64))) }
