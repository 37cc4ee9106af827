package openstack

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"

	"occigate/test/cloudsim/fault"
)

// refusal is an error answer. Its code is the service's name for it, empty for
// the one that goes with the status.
type refusal struct {
	status  int
	code    string
	message string
}

// Error is the message alone.
func (r refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) error {
	return refusal{status: status, message: fmt.Sprintf(format, args...)}
}

// neutron makes a refusal with the type that Neutron puts into its documents.
func neutron(status int, kind, format string, args ...any) error {
	return refusal{status: status, code: kind, message: fmt.Sprintf(format, args...)}
}

func asRefusal(err error) refusal {
	var r refusal
	if errors.As(err, &r) {
		return r
	}
	return refusal{status: http.StatusInternalServerError, message: err.Error()}
}

// service is one of the five, with what all its calls share.
type service struct {
	root      string // what operations are named without
	deny      func(http.ResponseWriter, *http.Request, refusal)
	stamp     func(*call, http.Header) // versions in the headers of every answer
	malformed string                   // said of a body that is no JSON object
	missing   string                   // said of one without its member
}

// services by the first segment of the path.
var services = map[string]*service{
	"identity": {identity, keystoneError, nil, "Expecting a JSON object", "'%s' is a required property"},
	"compute":  {compute, novaError, stampNova, "Malformed request body", "'%s' is a required property"},
	"image":    {image, glanceError, nil, "Malformed request body", "'%s' is a required property"},
	"volume":   {volume, novaError, stampCinder, "Malformed request body", "'%s' is a required property"},
	"network":  {network, neutronError, nil, "Body contains invalid data", "Unable to find '%s' in request body"},
}

func serviceOf(path string) *service {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return services[name]
}

// notHere answers for addresses that no service has.
func notHere(w http.ResponseWriter, r *http.Request) {
	glanceError(w, r, refusal{status: http.StatusNotFound, message: "The resource could not be found."})
}

// refuse writes the answer of a Status fault in the manner of the service that
// was called.
func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, f fault.Fault) {
	deny := glanceError
	if s := serviceOf(r.URL.Path); s != nil {
		deny = s.deny
	}
	message := f.Body
	if message == "" {
		message = http.StatusText(f.Status)
	}
	deny(w, r, refusal{status: f.Status, code: f.Code, message: message})
}

// novaCodes are the names of the error documents of Nova and Cinder, by status.
var novaCodes = map[int]string{
	http.StatusBadRequest:            "badRequest",
	http.StatusUnauthorized:          "unauthorized",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "itemNotFound",
	http.StatusMethodNotAllowed:      "badMethod",
	http.StatusConflict:              "conflictingRequest",
	http.StatusRequestEntityTooLarge: "overLimit",
	http.StatusUnsupportedMediaType:  "badMediaType",
	http.StatusTooManyRequests:       "overLimit",
	http.StatusNotImplemented:        "notImplemented",
	http.StatusServiceUnavailable:    "serviceUnavailable",
}

// novaError is the form of Nova and Cinder. Source: Compute API guide, "Faults".
func novaError(w http.ResponseWriter, r *http.Request, f refusal) {
	if f.status == http.StatusUnauthorized {
		middlewareError(w, r, f)
		return
	}
	code := f.code
	if code == "" {
		code = novaCodes[f.status]
	}
	if code == "" {
		code = "computeFault"
	}
	said := object{"code": f.status, "message": f.message}
	if f.status == http.StatusRequestEntityTooLarge {
		fillHeader(w.Header(), "Retry-After", "0")
		said["retryAfter"] = w.Header().Get("Retry-After")
	}
	send(w, f.status, object{code: said})
}

func fillHeader(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// keystoneError is the form of Keystone. Source: Identity API v3, "Error
// responses".
func keystoneError(w http.ResponseWriter, r *http.Request, f refusal) {
	if f.status == http.StatusUnauthorized {
		challenge(w, r)
	}
	send(w, f.status, keystoneDocument(f))
}

// middlewareError is how a service other than Keystone turns a token down.
func middlewareError(w http.ResponseWriter, r *http.Request, f refusal) {
	challenge(w, r)
	send(w, f.status, keystoneDocument(f))
}

func keystoneDocument(f refusal) object {
	return object{"error": object{"code": f.status, "message": f.message, "title": http.StatusText(f.status)}}
}

func challenge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Keystone uri="`+(&call{Request: r}).base()+`/identity"`)
}

// neutronError is the form of Neutron. Source: Networking API v2.0, "Faults".
func neutronError(w http.ResponseWriter, r *http.Request, f refusal) {
	if f.status == http.StatusUnauthorized {
		middlewareError(w, r, f)
		return
	}
	kind := f.code
	if kind == "" {
		kind = "HTTP" + strings.ReplaceAll(http.StatusText(f.status), " ", "")
	}
	send(w, f.status, object{"NeutronError": object{"type": kind, "message": f.message, "detail": ""}})
}

// glanceError is the form of Glance, and of what stands before the services for
// addresses that they do not have: a page of HTML.
func glanceError(w http.ResponseWriter, r *http.Request, f refusal) {
	if f.status == http.StatusUnauthorized {
		challenge(w, r)
	}
	title := fmt.Sprintf("%d %s", f.status, http.StatusText(f.status))
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, "<html>\n <head>\n  <title>"+title+"</title>\n </head>\n <body>\n  <h1>"+
		title+"</h1>\n  "+html.EscapeString(f.message)+"<br /><br />\n </body>\n</html>\n")
}
