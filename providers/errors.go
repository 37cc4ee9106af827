package providers

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of error, a closed set. Every error of a provider matches exactly
// one of them by [errors.Is]; what the cloud or its SDK said is kept beside it
// for [errors.As]. An error text names the call and never holds a secret.
var (
	ErrNotFound    = errors.New("not found")   // the resource does not exist
	ErrConflict    = errors.New("conflict")    // the state forbids it, a name is taken, a thing is in use
	ErrInvalid     = errors.New("invalid")     // the request can never work as it is
	ErrDenied      = errors.New("denied")      // credentials wrong, expired or not allowed to
	ErrQuota       = errors.New("quota")       // a limit of the account or the cloud's capacity is reached
	ErrThrottled   = errors.New("throttled")   // too many calls; the same call may work later
	ErrUnavailable = errors.New("unavailable") // no answer, or one that makes no sense; the outcome of a change is unknown
	ErrUnsupported = errors.New("unsupported") // the cloud has no such thing
)

// kinds in the order in which Kind looks for them.
var kinds = [...]error{
	ErrNotFound, ErrConflict, ErrInvalid, ErrDenied,
	ErrQuota, ErrThrottled, ErrUnavailable, ErrUnsupported,
}

// Error is a failed call of a cloud.
type Error struct {
	Kind       error         // one of the kinds above
	Op         string        // the cloud's name of the call: "RunInstances", "POST /servers"
	Code       string        // the cloud's error code: "InstanceLimitExceeded", "409"; may be empty
	Message    string        // the cloud's own words
	RetryAfter time.Duration // what the cloud asked to wait, 0 when it did not
	Err        error         // the SDK's or transport's error, may be nil
}

// Error says the call, the cloud's code and its words.
func (e *Error) Error() string {
	switch {
	case e.Code != "" && e.Message != "":
		return fmt.Sprintf("%s: %s: %s (%s)", e.Op, e.Kind, e.Message, e.Code)
	case e.Message != "":
		return fmt.Sprintf("%s: %s: %s", e.Op, e.Kind, e.Message)
	case e.Code != "":
		return fmt.Sprintf("%s: %s (%s)", e.Op, e.Kind, e.Code)
	}
	return fmt.Sprintf("%s: %s", e.Op, e.Kind)
}

// Unwrap gives the kind and the cause, so that errors.Is and errors.As find both.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Kind returns the kind of an error. One that has none is [ErrUnavailable],
// since nothing is known of the outcome; nil is nil.
func Kind(err error) error {
	if err == nil {
		return nil
	}
	for _, k := range kinds {
		if errors.Is(err, k) {
			return k
		}
	}
	return ErrUnavailable
}

// RetryAfter returns how long the cloud asked to wait, 0 when it did not.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// Errorf makes an error of a kind that no cloud answered: a refusal by the
// adapter itself before any call.
func Errorf(kind error, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: op, Message: fmt.Sprintf(format, args...)}
}

// unmade is the failure of what a change needs first.
type unmade struct{ error }

func (u unmade) Unwrap() error { return u.error }

// Unmade marks the failure of a read that an adapter makes before it asks for a
// change: whatever the kind is, the change was not asked for. nil is nil.
func Unmade(err error) error {
	if err == nil {
		return nil
	}
	return unmade{err}
}

// Unclear reports whether a change may have been made though it failed: nothing
// is known of the outcome, and it is not marked by [Unmade].
func Unclear(err error) bool {
	var u unmade
	return err != nil && Kind(err) == ErrUnavailable && !errors.As(err, &u)
}
