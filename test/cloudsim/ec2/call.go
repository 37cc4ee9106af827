package ec2

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"occigate/test/cloudsim/fault"
)

// call is one request that is being carried out, under the cloud's lock.
type call struct {
	*Cloud
	params
	action string
	now    time.Time
	who    identity
}

// operation is an action: what its form may hold (see declared) and what it
// does. The answer's fields become the response's elements.
type operation struct {
	form string
	do   func(*call) (any, error)
}

// maxForm bounds a request's body in bytes.
const maxForm = 4 << 20

// serve verifies, decodes, carries out and answers.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if pricingCall(r) != "" {
		c.servePricing(w, r)
		return
	}
	body, form, err := read(r)
	a := apiOf(form)
	wall := c.wall(form.Get("Action"))
	w.Header().Set("Date", wall.UTC().Format(http.TimeFormat))
	if err != nil {
		replyError(w, a, fail("MalformedQueryString", "The query string contains a syntax error: %v", err))
		return
	}
	data, err := c.answer(r, body, form, wall)
	if err == nil {
		err = reply(w, a, form.Get("Action"), data)
	}
	if err != nil {
		replyError(w, a, err)
	}
}

// wall is the server's time.
func (c *Cloud) wall(action string) time.Time {
	skew, _ := c.faults.Take(fault.Skew, action)
	return time.Now().Add(skew.Delay)
}

func (c *Cloud) answer(r *http.Request, body []byte, form url.Values, wall time.Time) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, action := apiOf(form), form.Get("Action")
	who, err := c.authenticate(signed{Request: r, body: body, api: a, action: action}, wall)
	if err != nil {
		return nil, err
	}
	if action == "" {
		return nil, fail("MissingAction", "The request is missing an action.")
	}
	op, ok := operations[a.version][action]
	if !ok {
		return nil, fail("InvalidAction", "The action %s is not valid for this web service.", action)
	}
	if v := form.Get("Version"); v != a.version {
		return nil, fail("NoSuchVersion", "The requested version (%s) is not valid.", v)
	}
	if err := declared(op.form, form); err != nil {
		return nil, err
	}
	now := c.opts.Clock()
	c.settle(now)
	cl := &call{c, params{values: form}, action, now, who}
	if cl.flag("DryRun", false) {
		return nil, fail("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	}
	return op.do(cl)
}

// apiOf tells the services apart, which share one address here.
func apiOf(form url.Values) api {
	if form.Get("Version") == stsAPI.version {
		return stsAPI
	}
	return ec2API
}

func operationOf(r *http.Request) string {
	if action := pricingCall(r); action != "" {
		return action
	}
	form, _ := readForm(r)
	return form.Get("Action")
}

// readForm reads the form and leaves the body as it was.
func readForm(r *http.Request) (url.Values, error) {
	_, form, err := read(r)
	return form, err
}

// read gives the raw body, which the signature covers, and the form: that of
// the body, or of the URL for a GET.
func read(r *http.Request) ([]byte, url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if len(body) > maxForm {
		return nil, nil, fmt.Errorf("more than %d bytes", maxForm)
	}
	text := string(body)
	if r.Method == http.MethodGet {
		text = r.URL.RawQuery
	}
	form, err := url.ParseQuery(text)
	return body, form, err
}

// settle ends the transitions whose time has come.
func (c *Cloud) settle(now time.Time) {
	for _, v := range c.volumes.all() {
		v.settle(c, now)
	}
	for _, n := range c.interfaces.all() {
		n.settle(now)
	}
	for _, m := range c.images.all() {
		m.phase.settle(now)
	}
	for _, s := range c.subnets.all() {
		s.phase.settle(now)
	}
	for _, v := range c.vpcs.all() {
		v.phase.settle(now)
	}
	for _, i := range c.instances.all() {
		i.settle(c, now)
	}
}

// phase is a state that may pass into another one by itself.
type phase struct {
	state string
	then  string // empty when the state stays
	due   time.Time
}

// passing is a phase that lasts for the cloud's transition time.
func (c *Cloud) passing(now time.Time, state, then string) phase {
	return phase{state, then, now.Add(c.opts.Transition)}
}

// settle moves on when it is time and reports whether it did.
func (p *phase) settle(now time.Time) bool {
	if p.then == "" || now.Before(p.due) {
		return false
	}
	p.state, p.then = p.then, ""
	return true
}
