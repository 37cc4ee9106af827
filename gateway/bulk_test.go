package gateway

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"occigate/providers"
	"occigate/translate/occi"
)

func bulkContext() (*Gateway, echo.Context) {
	return &Gateway{log: zap.NewNop()}, echo.New().NewContext(httptest.NewRequest("POST", "/compute/", nil), httptest.NewRecorder())
}

// TestInBulk has two accounts of which one is slow: neither waits for the other,
// and no account has more than a few calls at a time.
func TestInBulk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, c := bulkContext()
		uids := slices.Concat(slices.Repeat([]string{"slow"}, 9), slices.Repeat([]string{"fast"}, 30))
		var mu sync.Mutex
		running, most := map[string]int{}, map[string]int{}
		enter := func(uid string, by int) {
			mu.Lock()
			defer mu.Unlock()
			running[uid] += by
			most[uid] = max(most[uid], running[uid])
		}
		var fastEnd time.Duration
		start := time.Now()
		errs := g.inBulk(c, uids, true, func(i int) error {
			enter(uids[i], 1)
			defer enter(uids[i], -1)
			if uids[i] == "slow" {
				time.Sleep(time.Minute)
				return nil
			}
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			fastEnd = time.Since(start)
			return nil
		})
		if i := firstOf(errs); i >= 0 || len(errs) != len(uids) {
			t.Errorf("%d errors, the first %d", len(errs), i)
		}
		if most["slow"] != abreast || most["fast"] != abreast {
			t.Errorf("at a time: %v, want %d", most, abreast)
		}
		if took := time.Since(start); took != 3*time.Minute || fastEnd != 8*time.Second {
			t.Errorf("took %v, the fast account's part %v", took, fastEnd)
		}
	})
}

func TestInBulkStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, c := bulkContext()
		refused := errors.New("refused")
		do := func(i int) error {
			time.Sleep(time.Duration(i+1) * time.Second)
			switch i {
			case 2:
				return refused
			case 3:
				panic("a fault of ours")
			}
			return nil
		}
		uids := slices.Repeat([]string{"a"}, 9)
		errs := g.inBulk(c, uids, true, do)
		// 0 and 1 made room for 4 and 5 before 2 failed.
		for i, want := range []string{"", "", "refused", "internal fault", "", "", "not tried", "not tried", "not tried"} {
			if got := errs[i]; (got == nil) != (want == "") || got != nil && !strings.Contains(got.Error(), want) {
				t.Errorf("%d: %v, want %q", i, got, want)
			}
		}
		if firstOf(errs) != 2 {
			t.Errorf("the first error is %d", firstOf(errs))
		}
		for i, err := range g.inBulk(c, uids, false, do) {
			if errors.Is(err, errNotTried) {
				t.Errorf("%d was not tried", i)
			}
		}
	})
}

func TestAppendResults(t *testing.T) {
	lost := &providers.Error{Kind: providers.ErrUnavailable, Op: "RunInstances", Message: "no answer"}
	errs := []error{nil, &problem{status: 409, message: "a\nb"}, errNotTried, lost}
	results := []result{{Result: resultUndone, Location: "http://gw/compute/1"}}
	for _, err := range errs[1:] {
		results = append(results, failure(err, ""))
	}
	p := problemOf(partly(errs, results, "created"))
	if p.status != 409 {
		t.Errorf("status %d", p.status)
	}
	for media, want := range map[occi.MediaType]string{
		occi.TextPlain: "3 of 4 entities could not be created; the first: entity 2: a b\n" +
			"1 undone http://gw/compute/1\n2 failed: a b\n3 not tried\n4 unclear: RunInstances: unavailable: no answer",
		occi.OCCIJSON: `{"code":409,"message":"3 of 4 entities could not be created; the first: entity 2: a\nb","entities":[` +
			`{"result":"undone","location":"http://gw/compute/1"},{"result":"failed","message":"a\nb"},{"result":"not tried"},` +
			`{"result":"unclear","message":"RunInstances: unavailable: no answer"}]}`,
	} {
		got := string(appendResults(occi.AppendError(nil, media, p.status, p.message), media, p.results))
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", media, got, want)
		}
	}
}
