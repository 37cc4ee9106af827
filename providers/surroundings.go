package providers

import (
	"context"
	"net/http"
	"time"
)

// Surroundings is what an adapter gets from the house beside its settings. The
// HTTP client paces, counts and retries; an adapter uses no other and switches
// its SDK's own retries off.
type Surroundings struct {
	UID   string       // the account's uid, for texts
	HTTP  *http.Client // never nil
	Clock Clock        // never nil
}

// Clock tells the time; tests pass their own.
type Clock interface{ Now() time.Time }

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now is time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// Limiter waits until one more call may be made to an account's cloud. It
// returns ctx's error when ctx ends first, and may refuse at once what would
// wait for longer than ctx has, with an error that is [ErrThrottled].
type Limiter interface {
	Wait(ctx context.Context) error
}

// Learner is a [Limiter] that is told when the cloud finds the calls too many,
// and for how long it wants none, 0 when it does not say.
type Learner interface {
	Throttled(ctx context.Context, pause time.Duration)
}

// Counter is told of every HTTP request that goes to a cloud. operation is the
// cloud's name of the call ("DescribeInstances", "GET /servers/detail"), code
// the status answered, 0 when none was.
type Counter interface {
	Count(account, operation string, code int, took time.Duration)
}

type callKey struct{}

// call is what an adapter says of the requests made under a context.
type call struct {
	operation  string
	repeatable bool
	long       bool
}

// Reading marks the requests under ctx as the named operation that changes
// nothing, so that the transport may repeat them.
func Reading(ctx context.Context, operation string) context.Context {
	return context.WithValue(ctx, callKey{}, call{operation: operation, repeatable: true})
}

// Keyed marks the requests under ctx as a change whose key (a client token) the
// cloud honours, so that repeating them is harmless.
func Keyed(ctx context.Context, operation string) context.Context {
	return context.WithValue(ctx, callKey{}, call{operation: operation, repeatable: true})
}

// Changing marks the requests under ctx as a change that must not be repeated.
func Changing(ctx context.Context, operation string) context.Context {
	return context.WithValue(ctx, callKey{}, call{operation: operation})
}

// Fetching is [Reading] of a document that may be of any length, such as a price
// list of a gigabyte. Only ctx limits how long it takes, and the reader has to
// take it in as it comes.
func Fetching(ctx context.Context, operation string) context.Context {
	return context.WithValue(ctx, callKey{}, call{operation: operation, repeatable: true, long: true})
}

// IsFetching reports whether ctx was marked by [Fetching].
func IsFetching(ctx context.Context) bool {
	c, _ := ctx.Value(callKey{}).(call)
	return c.long
}

// Call returns the operation that ctx was marked with and whether it may be
// repeated. Without a mark the operation is empty and nothing is repeated.
func Call(ctx context.Context) (operation string, repeatable bool) {
	c, _ := ctx.Value(callKey{}).(call)
	return c.operation, c.repeatable
}

// Settings is an account's own part of the configuration. Decode is strict: a
// key that into has no field for is an error that names file, line and key.
// Field names are taken from `yaml` tags.
type Settings interface{ Decode(into any) error }

// Builder makes the provider of one account. It checks its settings and calls
// no cloud.
type Builder func(Settings, Surroundings) (Provider, error)

// Secret is text that must not be shown. Printing, logging or encoding it gives
// asterisks; Reveal gives the text.
type Secret string

const hidden = "******"

// String gives asterisks.
func (Secret) String() string { return hidden }

// GoString gives asterisks.
func (Secret) GoString() string { return hidden }

// MarshalText gives asterisks.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal gives the text itself, for the one place that sends it.
func (s Secret) Reveal() string { return string(s) }
