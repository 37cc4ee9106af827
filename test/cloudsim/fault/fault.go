// Package fault is misbehaviour as data: which call of a simulated cloud goes
// wrong, how, and how often. A simulator hands its handler to [Plan.Wrap] for
// everything that can be done to any HTTP exchange, and asks [Plan.Take] or
// [Rows] where only it knows what the fault means (pages, rows, clocks,
// sessions). It knows no cloud and no error format.
package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// Kind names a way to misbehave.
type Kind string

// The kinds. Wrap carries out the first seven, Rows the next four; the others
// are asked for by the simulator itself.
const (
	Latency  Kind = "latency"  // the answer waits for Delay
	Hang     Kind = "hang"     // no answer until the client goes or the plan is cleared
	Status   Kind = "status"   // an error answer: Status, Code, Body as message, RetryAfter
	Body     Kind = "body"     // answers Body as ContentType with Status (0: 200), whatever was asked
	Edit     Kind = "edit"     // what Find matches in the answer, a regular expression, becomes Body
	Truncate Kind = "truncate" // the call is carried out, the answer is half of its body and says that it is whole
	Cut      Kind = "cut"      // the call is carried out, the connection ends half-way through the body

	Lag       Kind = "lag"       // rows younger than Delay are not listed
	Vanish    Kind = "vanish"    // the first Size rows (0: all) are missing from a listing
	Duplicate Kind = "duplicate" // the first Size rows (0: one) come again at the end
	Shuffle   Kind = "shuffle"   // rows come in random order

	PageSize Kind = "pagesize" // pages hold at most Size rows, whatever the client asks
	Skew     Kind = "skew"     // the server's clock is off by Delay, which may be negative
	Expire   Kind = "expire"   // the session or token is not valid any more
)

// kinds is the closed set, with what a fault of the kind cannot do without.
var kinds = map[Kind]func(Fault) error{
	Latency:   needsDelay,
	Hang:      needsNothing,
	Status:    needsStatus,
	Body:      needsNothing,
	Edit:      needsFind,
	Truncate:  needsNothing,
	Cut:       needsNothing,
	Lag:       needsDelay,
	Vanish:    needsNothing,
	Duplicate: needsNothing,
	Shuffle:   needsNothing,
	PageSize:  needsSize,
	Skew:      needsNothing,
	Expire:    needsNothing,
}

// Fault is one misbehaviour. Which fields count depends on the kind.
type Fault struct {
	Kind  Kind
	Call  string // the cloud's name of the operation, empty for any
	Skip  int    // how many such calls it lets pass before it strikes
	Times int    // how often it strikes, 0 until cleared

	// After lets the call be carried out before a Latency, Hang, Status or Body
	// strikes, so that the client does not learn of a change that was made. Edit,
	// Truncate and Cut are always after.
	After bool

	Status      int           // HTTP status code of Status and Body
	Code        string        // the cloud's own error code for Status, empty for the simulator's choice
	RetryAfter  time.Duration // sent as the Retry-After header, in whole seconds rounded up; 0 sends none
	Delay       time.Duration // of Latency, Lag and Skew
	Size        int           // rows: of PageSize, Vanish and Duplicate
	Body        string        // of Body; for Status the message, empty for the simulator's choice; for Edit the new text, $1 is a group
	Find        string        // of Edit
	ContentType string        // of Body, empty for text/html
}

// Validate says what is wrong with a fault: an unknown kind, or a kind without
// what it needs.
func (f Fault) Validate() error {
	check, ok := kinds[f.Kind]
	if !ok {
		return fmt.Errorf("fault: unknown kind %q", f.Kind)
	}
	if f.Skip < 0 || f.Times < 0 || f.Size < 0 || f.RetryAfter < 0 {
		return fmt.Errorf("fault: %s: negative skip, times, size or retry_after", f.Kind)
	}
	return check(f)
}

func needsNothing(Fault) error { return nil }

func needsDelay(f Fault) error {
	if f.Delay <= 0 {
		return fmt.Errorf("fault: %s needs a delay", f.Kind)
	}
	return nil
}

func needsSize(f Fault) error {
	if f.Size < 1 {
		return fmt.Errorf("fault: %s needs a size", f.Kind)
	}
	return nil
}

func needsFind(f Fault) error {
	if _, err := regexp.Compile(f.Find); err != nil || f.Find == "" {
		return fmt.Errorf("fault: %s needs a regular expression to find, not %q", f.Kind, f.Find)
	}
	return nil
}

func needsStatus(f Fault) error {
	if http.StatusText(f.Status) == "" {
		return fmt.Errorf("fault: %s needs an HTTP status, not %d", f.Kind, f.Status)
	}
	return nil
}

// wire is a fault as JSON: durations are Go's text form, "1.5s".
type wire struct {
	Kind        Kind     `json:"kind"`
	Call        string   `json:"call,omitempty"`
	Skip        int      `json:"skip,omitempty"`
	Times       int      `json:"times,omitempty"`
	After       bool     `json:"after,omitempty"`
	Status      int      `json:"status,omitempty"`
	Code        string   `json:"code,omitempty"`
	RetryAfter  duration `json:"retry_after,omitzero"`
	Delay       duration `json:"delay,omitzero"`
	Size        int      `json:"size,omitempty"`
	Body        string   `json:"body,omitempty"`
	Find        string   `json:"find,omitempty"`
	ContentType string   `json:"content_type,omitempty"`
}

type duration time.Duration

func (d duration) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = duration(v)
	return err
}

// MarshalJSON writes the fields that are set, in snake case, durations as text.
func (f Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{
		f.Kind, f.Call, f.Skip, f.Times, f.After, f.Status, f.Code,
		duration(f.RetryAfter), duration(f.Delay), f.Size, f.Body, f.Find, f.ContentType,
	})
}

// UnmarshalJSON reads what MarshalJSON writes. An unknown member, and what
// Validate finds, are errors.
func (f *Fault) UnmarshalJSON(text []byte) error {
	var w wire
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return fmt.Errorf("fault: %w", err)
	}
	*f = Fault{
		w.Kind, w.Call, w.Skip, w.Times, w.After, w.Status, w.Code,
		time.Duration(w.RetryAfter), time.Duration(w.Delay), w.Size, w.Body, w.Find, w.ContentType,
	}
	return f.Validate()
}
