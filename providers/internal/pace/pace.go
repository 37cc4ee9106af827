// Package pace is the HTTP client that every adapter uses: it waits for the
// account's budget, names the program, repeats what may be repeated, bounds
// time and size of answers and counts each request. It is the only layer that
// retries. It knows neither clouds nor formats, never judges by the HTTP verb,
// and never logs.
package pace

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"occigate/providers"
)

// The defaults of [Options].
const (
	DefaultAttempts = 4
	DefaultTimeout  = time.Minute
	DefaultMaxBody  = 64 << 20
	DefaultMaxWait  = 20 * time.Second
)

// Options are what a client needs to know. The zero value of each field but
// Account means its default.
type Options struct {
	Account   string            // the uid that requests are counted for
	Version   string            // of the program, for User-Agent: "occigate/1.2.3"; default "dev"
	Limiter   providers.Limiter // asked before every request, repetitions too, and told when the cloud is busy if it is a [providers.Learner]; default: no limit
	Counter   providers.Counter // told of every request; default: nobody is told
	Clock     providers.Clock   // default: the machine's
	Transport http.RoundTripper // what sends; default: a connection pool of its own
	Attempts  int               // requests for one call at most
	Timeout   time.Duration     // of one request until its answer is read
	MaxBody   int64             // bytes of an answer's body, decompressed
	MaxWait   time.Duration     // the longest Retry-After that is waited out; a longer one is handed back
	Sleep     sleeper           // waits between two attempts; default: a timer
	Random    func() float64    // in [0,1), the jitter of the waits; default: math/rand
}

// sleeper waits for d, or less when ctx ends, and then returns its error.
type sleeper = func(ctx context.Context, d time.Duration) error

// Client makes the client of one account. It follows redirects within one host
// only, because requests carry credentials in headers of the clouds' own.
func Client(o Options) *http.Client {
	return &http.Client{
		Transport:     &transport{o.withDefaults()},
		CheckRedirect: sameHost,
	}
}

func (o Options) withDefaults() Options {
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Limiter == nil {
		o.Limiter = unlimited{}
	}
	if o.Counter == nil {
		o.Counter = uncounted{}
	}
	if o.Clock == nil {
		o.Clock = providers.SystemClock{}
	}
	if o.Transport == nil {
		o.Transport = newPool()
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	o.Attempts = positive(o.Attempts, DefaultAttempts)
	o.Timeout = positive(o.Timeout, DefaultTimeout)
	o.MaxBody = positive(o.MaxBody, DefaultMaxBody)
	o.MaxWait = positive(o.MaxWait, DefaultMaxWait)
	return o
}

func positive[N int | int64 | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

type uncounted struct{}

func (uncounted) Count(string, string, int, time.Duration) {}

// newPool is Go's default transport with connections enough for the parallel
// calls of one account.
func newPool() http.RoundTripper {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.MaxIdleConnsPerHost = 16
	pool.ResponseHeaderTimeout = DefaultTimeout
	return pool
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errRedirect = errors.New("redirected to another host, or more than 3 times")

func sameHost(next *http.Request, before []*http.Request) error {
	if len(before) > 3 || next.URL.Host != before[0].URL.Host || next.URL.Scheme != before[0].URL.Scheme {
		return errRedirect
	}
	return nil
}

// Cause takes away what [http.Client] puts around an error, because that text
// holds the URL, and some clouds want secrets in it. An adapter calls it on
// every error of Do before it goes into an error of its own. Errors that are
// not of a client are returned as they are.
func Cause(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	if inner := new(url.Error); errors.As(u.Err, &inner) {
		return Cause(u.Err)
	}
	return fmt.Errorf("no answer: %w", u.Err)
}
