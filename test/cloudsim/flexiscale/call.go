package flexiscale

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"time"

	"occigate/test/cloudsim/fault"
)

// The faults on record. Which of them answers what is inferred where the words
// do not say it.
const (
	notLoggedIn   = "Your credentials are unsuitable or missing."
	wrongLogin    = "InvalidCredentials"
	invalidServer = "Invalid Server"
	notStopped    = "Server Not Stopped"
	notRunning    = "Server is currently stopping/stopped"
	badProcessors = "Bad num of processors"
	badName       = "Invalid Server Name, must only contain A-Z,a-z, 0-9, _ or -"
	unexpected    = `An unexpected error occurred, please contact FlexiScale support with the reference "20080615130632-192.0.2.1" for more information`
)

// refusal is a faultstring.
type refusal string

func (r refusal) Error() string { return string(r) }

// operation is the name of the element in the body. The request's own body is
// put back.
func operation(r *http.Request) string {
	text, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(text))
	call, parseErr := parse(text)
	if err != nil || parseErr != nil {
		return "malformed"
	}
	return call.name
}

// operations that can be called with a session.
var operations = map[string]func(*Cloud, *tree) (value, error){
	"Logout":                    func(*Cloud, *tree) (value, error) { return value{}, nil },
	"ListServers":               (*Cloud).listServers,
	"CreateServer":              (*Cloud).createServer,
	"ModifyServer":              (*Cloud).modifyServer,
	"StartServer":               (*Cloud).startServer,
	"StopServer":                (*Cloud).stopServer,
	"RebootServer":              (*Cloud).rebootServer,
	"StopStartServer":           (*Cloud).stopStartServer,
	"DestroyServer":             (*Cloud).destroyServer,
	"ListDisks":                 (*Cloud).listDisks,
	"ListVlans":                 (*Cloud).listVLANs,
	"ListNetworkInterfaces":     (*Cloud).listNICs,
	"ListIpBlocks":              (*Cloud).listBlocks,
	"ListPackages":              (*Cloud).listPackages,
	"ListOperatingSystemImages": (*Cloud).listImages,
	"ListJobs":                  (*Cloud).listJobs,
}

// serve carries out one call and writes the envelope.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		writeFault(w, unexpected)
		return
	}
	call, err := parse(text)
	if err != nil || r.Method != http.MethodPost {
		writeFault(w, unexpected)
		return
	}
	result, err := c.carryOut(w, r, call)
	var refused refusal
	if errors.As(err, &refused) {
		writeFault(w, string(refused))
		return
	}
	c.write(w, call.name, result)
}

func (c *Cloud) carryOut(w http.ResponseWriter, r *http.Request, call *tree) (value, error) {
	if call.name == "Login" {
		return value{}, c.login(w, call)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	if !c.session(r, call.name) {
		return value{}, refusal(notLoggedIn)
	}
	switch do, known := operations[call.name]; {
	case known:
		return do(c, call)
	case call.name == "WaitForJobs":
		return c.waitForJobs(r.Context(), call)
	}
	return value{}, refusal(unexpected)
}

// cookie carries the session; its name is inferred.
const cookie = "PHPSESSID"

func (c *Cloud) login(w http.ResponseWriter, call *tree) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	if call.text("username") != c.opt.Username || call.text("password") != c.opt.Password {
		return refusal(wrongLogin)
	}
	id := rand.Text()
	c.sessions[id] = c.line.At
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/"})
	return nil
}

// session reports whether a call belongs to a session, and keeps that alive.
func (c *Cloud) session(r *http.Request, op string) bool {
	if _, struck := c.opt.Faults.Take(fault.Expire, op); struck {
		clear(c.sessions)
	}
	sent, err := r.Cookie(cookie)
	if err != nil {
		return false
	}
	used, there := c.sessions[sent.Value]
	if !there || c.line.At.Sub(used) > c.opt.SessionLife {
		delete(c.sessions, sent.Value)
		return false
	}
	c.sessions[sent.Value] = c.line.At
	if op == "Logout" {
		delete(c.sessions, sent.Value)
	}
	return true
}

// refuse is a fault of a plan. Below 500 it is a proxy's, which knows no SOAP.
func refuse(w http.ResponseWriter, _ *http.Request, f fault.Fault) {
	if f.Status != http.StatusInternalServerError {
		http.Error(w, http.StatusText(f.Status), f.Status)
		return
	}
	fill(&f.Body, unexpected)
	writeFault(w, f.Body)
}

// look at jobs that are waited for, this often.
const glance = 10 * time.Millisecond
