package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/providers"
	"occigate/translate/occi"
)

// result is what became of one entity of a request about several, when not all
// went well. The answer to such a request has the status of the first failure.
// Its body says for each entity, in the order of the request, which of the words
// below holds, where the entity is if it has a place, and why: in JSON as the
// member "entities" of the error, in text as one line for each,
//
//	NUMBER WORD [LOCATION][: REASON]
type result struct {
	Result   string `json:"result"`
	Location string `json:"location,omitempty"`
	Message  string `json:"message,omitempty"`
}

// The words of results.
const (
	resultDone     = "done"      // as asked
	resultCreated  = "created"   // and still there, though the request failed: it could not be deleted again
	resultUndone   = "undone"    // created, and deleted again since another one failed
	resultFailed   = "failed"    // not changed
	resultUnclear  = "unclear"   // the cloud did not answer: it may have been carried out
	resultRefused  = "refused"   // cannot be done, so that nothing was begun
	resultNotTried = "not tried" // since another one failed before
)

// errNotTried is the error of what was left out since something else failed.
var errNotTried = errors.New("not tried")

// abreast is how many changes of one request are under way at an account.
const abreast = 4

// inBulk calls do for each index of uids, the accounts concerned, and waits for
// all: accounts side by side, several at a time in each, in order. With stop,
// what has not begun when one fails is left out with errNotTried. It takes as
// long as the clouds take, so that the answer's deadline is lifted.
func (g *Gateway) inBulk(c echo.Context, uids []string, stop bool, do func(i int) error) []error {
	if len(uids) > 1 {
		// A connection without deadlines needs none lifted.
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{})
	}
	errs := make([]error, len(uids))
	var failed atomic.Bool
	var wait sync.WaitGroup
	for _, queue := range queues(uids) {
		for range min(abreast, len(queue)) {
			wait.Go(func() {
				for i := range queue {
					if errs[i] = errNotTried; stop && failed.Load() {
						continue
					}
					errs[i] = g.recovered(c, func(echo.Context) error { return do(i) })
					if errs[i] != nil {
						failed.Store(true)
					}
				}
			})
		}
	}
	wait.Wait()
	return errs
}

// queues sorts indexes by account; each queue is full and closed.
func queues(uids []string) map[string]chan int {
	byAccount := map[string]chan int{}
	counts := map[string]int{}
	for _, uid := range uids {
		counts[uid]++
	}
	for i, uid := range uids {
		if byAccount[uid] == nil {
			byAccount[uid] = make(chan int, counts[uid])
		}
		byAccount[uid] <- i
	}
	for _, queue := range byAccount {
		close(queue)
	}
	return byAccount
}

// firstOf finds the first error that is one's own, -1 when there is none.
func firstOf(errs []error) int {
	for i, err := range errs {
		if err != nil && !errors.Is(err, errNotTried) {
			return i
		}
	}
	return -1
}

// failure is the result of a change that ended with an error.
func failure(err error, location string) result {
	r := result{Result: resultFailed, Location: location}
	switch {
	case errors.Is(err, errNotTried):
		r.Result = resultNotTried
		return r
	case errors.Is(err, providers.ErrUnavailable):
		r.Result = resultUnclear
	}
	r.Message = problemOf(err).message
	return r
}

// partly is the problem of a request of which not all went well. what says what
// was asked, as in "deleted".
func partly(errs []error, results []result, what string) error {
	failed := 0
	for _, err := range errs {
		if err != nil {
			failed++
		}
	}
	i := firstOf(errs)
	p := *problemOf(errs[i])
	p.message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(errs)) + " entities could not be " + what +
		"; the first: entity " + strconv.Itoa(i+1) + ": " + p.message
	p.results = results
	return &p
}

// appendResults adds the results to the body of an error.
func appendResults(body []byte, media occi.MediaType, results []result) []byte {
	if len(results) == 0 {
		return body
	}
	if media.Rendering() == occi.OCCIJSON {
		list, err := json.Marshal(results)
		if err != nil {
			return body
		}
		body = append(body[:len(body)-1], `,"entities":`...)
		return append(append(body, list...), '}')
	}
	for i, r := range results {
		line := strconv.Itoa(i+1) + " " + r.Result
		if r.Location != "" {
			line += " " + r.Location
		}
		if r.Message != "" {
			line += ": " + r.Message
		}
		body = occi.AppendError(append(body, '\n'), media, 0, line)
	}
	return body
}
