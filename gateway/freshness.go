package gateway

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
)

// freshness is what the headers of every listing and entity say of the clouds'
// parts. It is worked out once a second at most, since Age counts seconds.
type freshness struct {
	inv  *inventory.Inventory
	last atomic.Pointer[instant]
}

// instant is how the accounts stood in one second.
type instant struct {
	second   int64
	now      time.Time
	accounts []inventory.Status
	seen     map[inventory.Kind]sightings
	headers  sync.Map // of scopes: scopeKey to []header
}

// scopeKey tells scopes apart: the account, and a bit for each kind.
type scopeKey struct {
	uid   string
	kinds uint16
}

// header is one line to be set.
type header struct{ name, value string }

// at returns how the accounts stand at a time.
func (f *freshness) at(now time.Time) *instant {
	if m := f.last.Load(); m != nil && m.second == now.Unix() {
		return m
	}
	return f.look(now)
}

// look is at for who cannot do with what was so a second ago.
func (f *freshness) look(now time.Time) *instant {
	m := &instant{second: now.Unix(), now: now, accounts: f.inv.Accounts()}
	m.seen = seenBy(m.accounts)
	f.last.Store(m)
	return m
}

// tell gives the headers of a scope.
func (m *instant) tell(s scope) []header {
	key := scopeKey{uid: s.uid}
	for i, kind := range allKinds {
		for _, k := range s.kinds {
			if k == kind {
				key.kinds |= 1 << i
			}
		}
	}
	if kept, ok := m.headers.Load(key); ok {
		return kept.([]header)
	}
	lines := freshnessOf(s.standings(m.accounts), m.now)
	m.headers.Store(key, lines)
	return lines
}

// The headers that say how the clouds' parts stand: all ages in one line, of what
// is wrong one line for each account.
const (
	agesHeader       = "X-Occigate-Ages"       // how old each account's part is, in seconds
	incompleteHeader = "X-Occigate-Incomplete" // nothing is known of a part yet
	staleHeader      = "X-Occigate-Stale"      // what is shown is the last that was seen
	throttledHeader  = "X-Occigate-Throttled"  // the cloud is asked less often, because it wants to be
	refusedHeader    = "X-Occigate-Refused"    // the cloud does not take the credentials
	freshHeader      = "X-Occigate-Fresh"      // as fresh as the request wants
	olderHeader      = "X-Occigate-Older"      // older than the request wants
)

// freshnessOf says how old the oldest part is, and which accounts are not fresh.
func freshnessOf(list []standing, now time.Time) (lines []header) {
	var seen []standing
	named := map[string]int{}
	say := func(name, value string) {
		if named[name]++; named[name] <= mostNamed {
			lines = append(lines, header{name, headerText(clipped(value))})
		}
	}
	for _, s := range list {
		if s.complete() {
			seen = append(seen, s)
		}
		switch {
		case !s.complete():
			say(incompleteHeader, s.uid+": "+s.problem)
		case s.problem != "":
			say(staleHeader, s.uid+" since "+httpTime(s.since)+": "+s.problem)
		}
		if s.throttled() {
			say(throttledHeader, s.uid+" until "+httpTime(s.next))
		}
		if s.refused() {
			say(refusedHeader, s.uid+" since "+httpTime(s.since))
		}
	}
	for name, n := range named {
		if n > mostNamed {
			lines = append(lines, header{name, "and " + strconv.Itoa(n-mostNamed) + " more, see /clouds"})
		}
	}
	return append(lines, agesOf(seen, now)...)
}

// agesOf says how old the oldest of what was seen once is and, where there are
// several accounts, how old each is, the oldest first.
func agesOf(seen []standing, now time.Time) (lines []header) {
	if len(seen) == 0 {
		return nil
	}
	slices.SortStableFunc(seen, func(a, b standing) int { return a.observed.Compare(b.observed) })
	lines = append(lines, header{"Age", age(seen[0].observed, now)})
	if len(seen) == 1 {
		return lines
	}
	each := make([]string, len(seen))
	for i, s := range seen {
		each[i] = s.uid + "=" + age(s.observed, now)
	}
	return append(lines, header{agesHeader, headerText(several(each))})
}

// Proxies take few KiB of headers, and many clouds can fail at once.
const (
	mostNamed = 20  // accounts in lines of one name
	mostSaid  = 200 // bytes of a line
)

func clipped(s string) string { return s[:min(len(s), mostSaid)] }

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// age is whole seconds, none for what a clock ahead of ours has seen.
func age(observed, now time.Time) string {
	return strconv.FormatInt(max(0, int64(now.Sub(observed).Seconds())), 10)
}

// freshen says in the headers of an answer how the parts of the clouds stand
// that it shows. When the request demands more, they are asked for it before,
// and waited for as long as it says: reads of clients that do not demand anything
// never wait. waited says that what was read before can have changed. The error
// is for a client that takes nothing less.
func (g *Gateway) freshen(c echo.Context, s scope) (waited bool, err error) {
	r, h := c.Request(), c.Response().Header()
	if len(r.Header["Cache-Control"]) == 0 && len(r.Header["Prefer"]) == 0 {
		set(h, g.freshness.at(g.o.Now()).tell(s))
		return false, nil
	}
	d := demandOf(r.Header)
	since := g.o.Now().Add(-d.age)
	if d.limited {
		late := g.ask(s, since)
		if wait := min(d.wait, g.o.Wait); wait > 0 {
			waited = true
			h.Add("Preference-Applied", "wait="+strconv.Itoa(int(wait.Seconds())))
			g.await(r.Context(), late, wait, func(ctx context.Context, uid string) { g.inv.Await(ctx, uid, s.kinds, since) })
		}
	}
	now := g.freshness.look(g.o.Now())
	list := s.standings(now.accounts)
	set(h, now.tell(s))
	lacking := tellDemanded(h, list, d, since)
	if !d.strict {
		return waited, nil
	}
	h.Add("Preference-Applied", "handling=strict")
	if len(lacking) == 0 {
		return waited, nil
	}
	h.Del("Age") // of what is not shown
	h.Del(agesHeader)
	return waited, insufficient(lacking, now.now)
}

// set sets lines; those of one name are added up.
func set(h http.Header, lines []header) {
	for _, l := range lines {
		h.Add(l.name, l.value)
	}
}

// ask wants the parts in a scope to be no older than since, and returns the
// accounts that have to be asked.
func (g *Gateway) ask(s scope, since time.Time) (uids []string) {
	for _, a := range s.standings(g.inv.Accounts()) {
		if a.older(since) {
			uids = append(uids, a.uid)
			g.inv.Ask(a.uid, s.kinds, since)
		}
	}
	return uids
}

// await waits for accounts, for all of them together no longer than wait and no
// longer than there is a client and a server.
func (g *Gateway) await(ctx context.Context, uids []string, wait time.Duration, one func(ctx context.Context, uid string)) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	defer context.AfterFunc(g.life, cancel)()
	for _, uid := range uids {
		one(ctx, uid)
	}
}

// tellDemanded says which accounts are as fresh as demanded and which are older,
// and returns those with which something is wrong.
func tellDemanded(h http.Header, list []standing, d demand, since time.Time) (lacking []standing) {
	var fresh, older []string
	for _, s := range list {
		late := d.limited && s.older(since)
		switch {
		case late || s.problem != "":
			lacking = append(lacking, s)
			if late && s.complete() {
				older = append(older, s.uid)
			}
		default:
			fresh = append(fresh, s.uid)
		}
	}
	for name, uids := range map[string][]string{freshHeader: fresh, olderHeader: older} {
		if d.limited && len(uids) > 0 {
			h.Set(name, headerText(several(uids)))
		}
	}
	return lacking
}

// several is a list of what there is of accounts for a header.
func several(uids []string) string {
	if more := len(uids) - mostNamed; more > 0 {
		return strings.Join(uids[:mostNamed], ", ") + " and " + strconv.Itoa(more) + " more"
	}
	return strings.Join(uids, ", ")
}

// insufficient is the answer to a client that takes nothing less than all of it,
// as fresh as it said.
func insufficient(lacking []standing, now time.Time) error {
	p := &problem{status: http.StatusServiceUnavailable}
	words := make([]string, 0, len(lacking))
	for _, s := range lacking {
		switch {
		case !s.complete():
			words = append(words, s.uid+" is not complete: "+s.problem)
		case s.problem != "":
			words = append(words, s.uid+" is stale since "+httpTime(s.since)+": "+s.problem)
		default:
			words = append(words, s.uid+" was seen "+age(s.observed, now)+" s ago")
		}
		if wait := s.next.Sub(now); wait > 0 {
			p.retry = max(p.retry, int(wait.Seconds())+1)
		}
	}
	p.message = "not every cloud is as fresh as the request wants: " + strings.Join(words, "; ")
	return p
}
