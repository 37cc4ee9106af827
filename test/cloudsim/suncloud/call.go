package suncloud

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"occigate/test/cloudsim/fault"
)

// object is a JSON object as the API shows it.
type object = map[string]any

// call is one request that was let in.
type call struct {
	method string
	uri    string // path and query as sent
	media  string // of the body, without its stem: VM
	accept string
	host   string // scheme and host
	body   wish
}

// answer is what a call gives. An empty type sends no body.
type answer struct {
	status int
	media  string // without its stem
	doc    any
}

// failure is an error of the API.
type failure struct {
	status     int
	code, text string
}

func (f failure) Error() string { return f.text }

func bad(text string) error      { return failure{http.StatusBadRequest, "bad-request", text} }
func conflict(text string) error { return failure{http.StatusConflict, "conflict", text} }

var (
	errNotFound = failure{http.StatusNotFound, "not-found", "There is no such resource."}
	errMethod   = failure{http.StatusMethodNotAllowed, "method", "The resource has no such method."}
	errMedia    = failure{http.StatusUnsupportedMediaType, "media-type", "This is not created here."} // inferred
)

const (
	stem     = "application/vnd.com.sun.cloud."
	maxBody  = 1 << 20
	anything = "*/*"
)

// versionHeader has the four spellings of one header that the specification
// uses: X-Cloud-Client-Specification-Version on most pages, X-Compute-... in
// some examples, X-Cloud-Specification-Version in one, and as the general rule
// X-YYYYY-Client-Specification-Version, where any word may stand for YYYYY. None
// means the current version.
var versionHeader = regexp.MustCompile(`^X-(?:Cloud|[A-Za-z]+-Client)-Specification-Version$`)

// versions of the specification that are spoken.
var versions = []string{"0.1", "0.8"}

// serve lets a call in and carries it out.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != c.opt.User || password != c.opt.Password {
		write(w, "", answer{}, failure{http.StatusUnauthorized, "unauthorized", "User or password are wrong."})
		return
	}
	q, err := read(w, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	var a answer
	if err == nil {
		a, err = c.carryOut(q)
	}
	write(w, q.accept, a, err)
}

func read(w http.ResponseWriter, r *http.Request) (call, error) {
	q := call{method: r.Method, uri: r.URL.RequestURI(), host: "http://" + r.Host, accept: r.Header.Get("Accept")}
	for name, values := range r.Header {
		if v := values[0]; v != "" && versionHeader.MatchString(name) && !slices.Contains(versions, v) {
			return q, bad("The version is not spoken.") // inferred
		}
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return q, bad("The body is too long.")
	}
	if len(text) == 0 {
		return q, nil
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	q.media = media
	for _, t := range types {
		if strings.EqualFold(media, stem+t+"+json") {
			q.media = t
		}
	}
	if json.Unmarshal(text, &q.body) != nil {
		return q, bad("The body is not understood.")
	}
	return q, nil
}

var types = []string{"Cluster", "VM", "VNet", "PublicAddress", "Volume", "Backup"}

// write sends an answer, or Messages.
func write(w http.ResponseWriter, accept string, a answer, err error) {
	if f, is := err.(failure); is {
		a = answer{f.status, "common.Messages", object{"message": []object{{"code": f.code, "severity": "SEVERE", "text": f.text}}}}
	}
	media := stem + a.media + "+json"
	if err == nil && accept != "" && !strings.Contains(accept, media) && !strings.Contains(accept, anything) {
		w.WriteHeader(http.StatusNotAcceptable)
		return
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.doc)
}

// refuse is a fault in the API's own form.
func refuse(w http.ResponseWriter, _ *http.Request, f fault.Fault) {
	fill(&f.Code, "fault")
	fill(&f.Body, http.StatusText(f.Status))
	write(w, "", answer{}, failure{f.Status, f.Code, f.Body})
}

// operation names a call by its verb and the kind of its URI: "POST clusters".
// The body's type stands behind it where one URI creates several kinds.
func operation(r *http.Request) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if kind == "" {
		kind = "cloud"
	}
	_, after, _ := strings.Cut(r.Header.Get("Content-Type"), stem)
	made := strings.TrimSuffix(after, "+json")
	return strings.TrimSpace(r.Method + " " + kind + " " + made)
}

// path brings a URI in a request, absolute or not, to the form in which
// resources are kept.
func path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || uri == "" {
		return ""
	}
	return u.RequestURI()
}
