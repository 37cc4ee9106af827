package suncloud

import "net/http"

// work is a change: what it is called, what it is about, the HTTP status that
// it ends with, and what happens then.
type work struct {
	op, target string
	code       int
	atOnce     bool // done when it is answered
	end        func()
}

// status is work as the API tells it. Code and message are shown at 100 only.
type status struct {
	uri, op, target string
	progress        int
	code            int
	message         string
}

// begin starts work and gives its Status. Progress stays 0, then is 38, then
// jumps to 100.
func (c *Cloud) begin(w work) *status {
	s := &status{uri: c.newURI("/statuses?op=" + w.op + "&seq=%d.aa*"), op: w.op, target: w.target, code: w.code}
	c.statuses = append(c.statuses, s)
	end := func() { c.finish(s, w) }
	if w.atOnce || c.opt.AtOnce {
		end()
		return s
	}
	c.line.After(c.opt.Transition/2, func() { s.progress = 38 })
	c.line.After(c.opt.Transition, end)
	return s
}

func (c *Cloud) finish(s *status, w work) {
	if s.progress == 100 { // failed on request
		return
	}
	s.progress = 100
	if w.end != nil {
		w.end()
	}
	if c.opt.Forget > 0 {
		c.line.After(c.opt.Forget, func() {
			c.statuses = only(c.statuses, func(o *status) bool { return o != s })
		})
	}
}

func (v view) status(s *status) object {
	o := object{"op": s.op, "progress": s.progress, "target_uri": v.link(s.target), "status_uri": v.link(s.uri)}
	if s.progress == 100 {
		o["status"] = s.code
		if s.code >= http.StatusBadRequest {
			o["message"] = s.message
		}
	}
	return o
}

// Fail lets all work under way end at once with an HTTP status and a message. A
// VM that was being created is gone.
func (c *Cloud) Fail(code int, message string) {
	c.look(func() {
		for _, s := range c.statuses {
			if s.progress == 100 {
				continue
			}
			s.progress, s.code, s.message = 100, code, message
			if s.op == "new-VM" {
				c.remove(s.target)
			}
		}
	})
}
