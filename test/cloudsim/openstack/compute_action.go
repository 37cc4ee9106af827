package openstack

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// action is something done to a server by POST /servers/{id}/action.
type action struct {
	name   string   // in the texts of errors
	from   []string // vm_states that allow it; nil for all
	during []string // tasks that allow it; nil for none but the end of all
	task   string   // task_state meanwhile; empty for no transition
	to     string   // vm_state in the end
	free   bool     // allowed on a locked server
	placed bool     // only on a server that has come to a host
	do     func(*Cloud, *call, *Server, json.RawMessage) (answer, error)
}

// actions by their names in the body. Source: Compute API reference, "Servers -
// run an action", and for the states the Compute API guide.
var actions = map[string]action{
	"os-start": {name: "start", from: []string{"stopped"}, task: "powering-on", to: "active", placed: true},
	"os-stop":  {name: "stop", from: []string{"active", "error"}, task: "powering-off", to: "stopped", placed: true},
	"suspend":  {name: "suspend", from: []string{"active"}, task: "suspending", to: "suspended"},
	"resume":   {name: "resume", from: []string{"suspended"}, task: "resuming", to: "active"},
	"pause":    {name: "pause", from: []string{"active"}, task: "pausing", to: "paused"},
	"unpause":  {name: "unpause", from: []string{"paused"}, task: "unpausing", to: "active"},
	"reboot":   {free: true, do: (*Cloud).rebootServer},
	"resize":   {name: "resize", from: []string{"active", "stopped"}, do: (*Cloud).resizeServer},
	"lock":     {free: true, do: (*Cloud).lockServer},
	"unlock":   {free: true, do: (*Cloud).unlockServer},
	"forceDelete": {free: true, do: func(c *Cloud, q *call, _ *Server, _ json.RawMessage) (answer, error) {
		return c.deleteServer(q)
	}},
	"createImage":   {name: "createImage", from: imageable, free: true, do: (*Cloud).imageServer},
	"confirmResize": {name: "confirmResize", from: []string{"resized"}, do: (*Cloud).confirmResize},
	"revertResize":  {name: "revertResize", from: []string{"resized"}, do: (*Cloud).revertResize},
}

// reboots by the type asked for, in upper case.
var reboots = map[string]action{
	"SOFT": {name: "reboot", from: []string{"active"}, task: "rebooting", to: "active"},
	"HARD": {name: "reboot", from: hardRebootable, during: []string{"rebooting"}, task: "rebooting_hard", to: "active"},
}

var (
	hardRebootable = []string{"active", "stopped", "paused", "suspended", "error"}
	imageable      = []string{"active", "stopped", "paused", "suspended"}
)

func (c *Cloud) actOnServer(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	whole, _ := io.ReadAll(q.Body)
	var body map[string]json.RawMessage
	if json.Unmarshal(whole, &body) != nil || len(body) != 1 {
		return answer{}, refuse(http.StatusBadRequest, "Malformed request body")
	}
	for name, arguments := range body {
		a, known := actions[name]
		if !known {
			return answer{}, refuse(http.StatusBadRequest, "There is no such action: %s", name)
		}
		return c.act(q, s, a, arguments)
	}
	return answer{}, nil // not reached: the body has a member
}

func (c *Cloud) act(q *call, s *Server, a action, arguments json.RawMessage) (answer, error) {
	if s.Locked && !a.free {
		return answer{}, errLocked(s)
	}
	if a.placed && s.Launched.IsZero() {
		return answer{}, refuse(http.StatusConflict, "Instance %s is not ready", s.ID)
	}
	if a.name != "" {
		if err := s.allows(a.name, a.from, a.during...); err != nil {
			return answer{}, err
		}
	}
	if a.do != nil {
		return a.do(c, q, s, arguments)
	}
	c.begin(s, a.task, func() { s.VMState = a.to })
	return accepted(nil)
}

// begin starts a task of a server; end is carried out when it is over, unless
// another task took its place.
func (c *Cloud) begin(s *Server, task string, end func()) {
	s.TaskState, s.Updated = task, c.line.At
	c.line.After(c.opt.Transition, func() {
		if s.TaskState != task {
			return
		}
		s.TaskState, s.Updated = "", c.line.At
		end()
	})
}

// allows checks that the server's state permits an operation.
func (s *Server) allows(operation string, from []string, during ...string) error {
	if from != nil && !slices.Contains(from, s.VMState) {
		return refuse(http.StatusConflict,
			"Cannot '%s' instance %s while it is in vm_state %s", operation, s.ID, s.VMState)
	}
	if s.TaskState != "" && !slices.Contains(during, s.TaskState) {
		return refuse(http.StatusConflict,
			"Cannot '%s' instance %s while it is in task_state %s", operation, s.ID, s.TaskState)
	}
	return nil
}

func errLocked(s *Server) error {
	return refuse(http.StatusConflict, "Instance %s is locked", s.ID)
}

func (c *Cloud) rebootServer(q *call, s *Server, arguments json.RawMessage) (answer, error) {
	var wish struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(arguments, &wish)
	a, known := reboots[strings.ToUpper(wish.Type)]
	if !known {
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute type. Value: %[1]s. '%[1]s' is not one of "+
				"['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']", wish.Type)
	}
	return c.act(q, s, a, nil)
}

func (c *Cloud) lockServer(q *call, s *Server, arguments json.RawMessage) (answer, error) {
	var wish struct {
		Reason string `json:"locked_reason"`
	}
	if q.minor >= 73 {
		_ = json.Unmarshal(arguments, &wish)
	}
	s.Locked, s.LockedReason = true, wish.Reason
	return accepted(nil)
}

func (c *Cloud) unlockServer(_ *call, s *Server, _ json.RawMessage) (answer, error) {
	s.Locked, s.LockedReason = false, ""
	return accepted(nil)
}

func (c *Cloud) resizeServer(_ *call, s *Server, arguments json.RawMessage) (answer, error) {
	var wish struct {
		Flavor string `json:"flavorRef"`
	}
	_ = json.Unmarshal(arguments, &wish)
	f, err := c.flavorForServer(wish.Flavor)
	if err != nil {
		return answer{}, err
	}
	if f.ID == s.FlavorID {
		return answer{}, refuse(http.StatusBadRequest, "When resizing, instances must change flavor!")
	}
	if err := c.resizeQuota(s, f); err != nil {
		return answer{}, err
	}
	c.begin(s, "resize_prep", func() {
		if !f.fits(c.opt.Host) {
			s.Fault = "No valid host was found. "
			return
		}
		s.oldFlavor, s.oldState = s.FlavorID, s.VMState
		s.FlavorID, s.VMState, s.Launched = f.ID, "resized", c.line.At
	})
	return accepted(nil)
}

// resizeQuota counts what the larger flavor takes more.
func (c *Cloud) resizeQuota(s *Server, f *Flavor) error {
	more := Flavor{VCPUs: f.VCPUs, MemoryMiB: f.MemoryMiB}
	if old, ok := c.flavors.get(s.FlavorID); ok {
		more.VCPUs, more.MemoryMiB = max(0, f.VCPUs-old.VCPUs), max(0, f.MemoryMiB-old.MemoryMiB)
	}
	return c.serverQuota(serverPlan{count: 1, flavor: &more, resize: true})
}

func (c *Cloud) confirmResize(_ *call, s *Server, _ json.RawMessage) (answer, error) {
	c.begin(s, "deleting_resized", func() { s.VMState = s.oldState })
	return noContent()
}

func (c *Cloud) revertResize(_ *call, s *Server, _ json.RawMessage) (answer, error) {
	c.begin(s, "resize_reverting", func() { s.VMState, s.FlavorID = s.oldState, s.oldFlavor })
	return accepted(nil)
}
