package openstack

import (
	"net/http"
	"time"
)

// Server is one instance of Nova. VMState and TaskState are Nova's own words;
// the status that the API shows follows from them. Source: Compute API
// reference, "Servers (servers)".
type Server struct {
	ID               string
	Name             string
	Hostname         string
	Description      string
	VMState          string // building, active, paused, suspended, stopped, resized, error, ...
	TaskState        string // what is under way, empty for nothing
	FlavorID         string
	ImageID          string // empty when booted from a volume
	KeyName          string
	Zone             string
	UserData         string // as sent: base64
	Metadata         map[string]string
	Tags             []string // sorted
	SecurityGroups   []string // names, applied to the ports that Nova makes
	Attached         []Attachment
	Locked           bool
	LockedReason     string
	Fault            string // message shown in state error
	CellDown         bool   // the part of the cloud it runs in does not answer
	Created, Updated time.Time
	Launched         time.Time // zero while it never ran

	oldFlavor string // while resized
	oldState  string
}

// Attachment is a volume of a server, from the moment it is asked for.
type Attachment struct {
	ID                  string
	VolumeID            string
	Device              string // /dev/vdb
	DeleteOnTermination bool
	Tag                 string
	At                  time.Time
}

func (s *Server) id() string      { return s.ID }
func (s *Server) born() time.Time { return s.Created }

// statuses of the API by vm_state, and by task_state where one shows.
// Source: Compute API guide, "Server concepts".
var statuses = map[string]map[string]string{
	"active": {
		"":                  "ACTIVE",
		"rebooting":         "REBOOT",
		"rebooting_hard":    "HARD_REBOOT",
		"rebuilding":        "REBUILD",
		"updating_password": "PASSWORD",
		"migrating":         "MIGRATING",
		"resize_prep":       "RESIZE",
		"resize_finish":     "RESIZE",
	},
	"building": {"": "BUILD"},
	"stopped": {
		"":              "SHUTOFF",
		"rebuilding":    "REBUILD",
		"resize_prep":   "RESIZE",
		"resize_finish": "RESIZE",
	},
	"resized":           {"": "VERIFY_RESIZE", "resize_reverting": "REVERT_RESIZE"},
	"paused":            {"": "PAUSED"},
	"suspended":         {"": "SUSPENDED"},
	"rescued":           {"": "RESCUE"},
	"error":             {"": "ERROR"},
	"deleted":           {"": "DELETED"},
	"soft-delete":       {"": "SOFT_DELETED"},
	"shelved":           {"": "SHELVED"},
	"shelved_offloaded": {"": "SHELVED_OFFLOADED"},
}

// powerStates by vm_state: 1 running, 3 paused, 4 shut down, 0 none.
var powerStates = map[string]int{"active": 1, "resized": 1, "rescued": 1, "paused": 3, "stopped": 4, "suspended": 4}

// Status is what the API shows: ACTIVE, SHUTOFF and so on, UNKNOWN for a vm_state
// that has none.
func (s *Server) Status() string {
	shown, known := statuses[s.VMState]
	if !known {
		return "UNKNOWN"
	}
	if status, ok := shown[s.TaskState]; ok {
		return status
	}
	return shown[""]
}

// server finds the server of a call.
func (c *Cloud) server(q *call) (*Server, error) {
	s, ok := c.servers.get(q.PathValue("id"))
	if !ok {
		return nil, noServer(q.PathValue("id"))
	}
	return s, nil
}

func noServer(id string) error {
	return refuse(http.StatusNotFound, "Instance %s could not be found.", id)
}

func (c *Cloud) readServer(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	return c.showOne(q, s)
}

// showOne is the answer about one server, which since 2.71 has its groups too.
func (c *Cloud) showOne(q *call, s *Server) (answer, error) {
	doc := c.showServer(q, s)
	if q.minor >= 71 {
		doc["server_groups"] = []string{}
	}
	return ok(object{"server": doc})
}

func (c *Cloud) updateServer(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	var wish struct{ Name, Description, Hostname *string }
	if err := q.decode("server", &wish); err != nil {
		return answer{}, err
	}
	set(&s.Name, wish.Name)
	set(&s.Description, wish.Description)
	set(&s.Hostname, wish.Hostname)
	return c.showOne(q, s)
}

// set gives a field the value that a client sent, if it sent one.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// deleteServer is accepted in any state and while any task goes on, also a second
// time; only a lock forbids it. A server that never had a host is gone at once.
func (c *Cloud) deleteServer(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	if s.Locked {
		return answer{}, errLocked(s)
	}
	if s.TaskState == "deleting" {
		return noContent()
	}
	if s.VMState == "error" && s.Launched.IsZero() {
		c.removeServer(s)
		return noContent()
	}
	s.TaskState = "deleting"
	s.Updated = c.line.At
	c.line.After(c.opt.Transition, func() { c.removeServer(s) })
	return noContent()
}

// removeServer ends a server with its ports and the volumes that die with it.
func (c *Cloud) removeServer(s *Server) {
	s.VMState, s.TaskState, s.Updated = "deleted", "", c.line.At
	// Volumes are free at once, also those that were still on their way in.
	for _, a := range s.Attached {
		if v, ok := c.volumes.get(a.VolumeID); ok {
			c.release(v)
			if a.DeleteOnTermination {
				c.volumes.drop(v.ID)
			}
		}
	}
	for _, p := range c.portsOf(s.ID) {
		c.unplug(p)
	}
	c.servers.drop(s.ID)
	c.deleted.add(s.ID, s)
}
