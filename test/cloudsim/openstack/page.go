package openstack

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"occigate/test/cloudsim/fault"
)

// row is what can be listed in pages.
type row interface {
	comparable
	id() string
	born() time.Time
}

// pagingRule is how a service pages.
type pagingRule struct {
	standard int // rows of a page when the client gives no limit: 0 for the maximum
	bounded  bool
	zeroAll  bool // a limit of 0 means no limit
	badLimit func(value string) error
}

// pagingRules by the service's root.
var pagingRules = map[string]pagingRule{
	compute: {bounded: true, badLimit: func(value string) error {
		return refuse(http.StatusBadRequest,
			"Invalid input for query parameters limit. Value: %s. '%s' does not match '^[0-9]*$'", value, value)
	}},
	image: {bounded: true, standard: 25, badLimit: func(string) error {
		return refuse(http.StatusBadRequest, "limit param must be an integer")
	}},
	volume: {bounded: true, badLimit: func(string) error {
		return refuse(http.StatusBadRequest, "limit param must be an integer")
	}},
	network: {zeroAll: true, badLimit: func(value string) error {
		return neutron(http.StatusBadRequest, "BadRequest",
			"Bad limit request: Limit must be an integer 0 or greater and not '%s'.", value)
	}},
}

// limit is how many rows the page of a call holds at most, math.MaxInt for all.
func (c *Cloud) limit(q *call) (int, error) {
	rule := pagingRules[q.service.root]
	n := math.MaxInt
	if rule.bounded {
		n = c.opt.PageSize
	}
	if value, given := q.wants("limit"); given {
		asked, err := strconv.Atoi(value)
		if err != nil || asked < 0 {
			return 0, rule.badLimit(value)
		}
		if asked > 0 || !rule.zeroAll {
			n = min(n, asked)
		}
	} else if rule.standard > 0 {
		n = min(n, rule.standard)
	}
	if f, struck := c.opt.Faults.Take(fault.PageSize, q.op); struck {
		n = min(n, f.Size)
	}
	return n, nil
}

// page cuts the page out of a listing that the call's limit and marker ask for.
// next is the marker of the page that follows; as in the real services there is
// one whenever the page is full. unknown makes the error for a marker that no
// row has.
func page[R row](c *Cloud, q *call, rows []R, unknown func(marker string) error) (part []R, next string, err error) {
	n, err := c.limit(q)
	if err != nil {
		return nil, "", err
	}
	marker := q.URL.Query().Get("marker")
	w := walk{rows: idsOf(rows)}
	if marker == "" {
		rows = fault.Rows(c.opt.Faults, q.op, rows, func(r R) time.Duration { return c.line.At.Sub(r.born()) })
		w = walk{rows: idsOf(rows), changed: !slices.Equal(w.rows, idsOf(rows))}
	} else if old := c.walks[q.op]; old.changed && old.follows(marker) {
		w, rows = old, inOrder(rows, old.rows[old.done:])
		w.rows = slices.Concat(old.rows[:old.done], idsOf(rows))
	} else {
		i := slices.Index(w.rows, marker)
		if i < 0 {
			return nil, "", unknown(marker)
		}
		rows = rows[i+1:]
	}
	full := len(rows) >= n && n > 0
	rows = rows[:min(n, len(rows))]
	w.done += len(rows)
	c.walks[q.op] = w
	if full {
		next = rows[len(rows)-1].id()
	}
	return rows, next, nil
}

// walk remembers a listing that faults have changed while a client goes through
// its pages, so that the faults strike the listing as a whole.
type walk struct {
	changed bool
	rows    []string // ids in the order shown
	done    int      // how many were given
}

func (w walk) follows(marker string) bool {
	return w.done > 0 && w.done <= len(w.rows) && w.rows[w.done-1] == marker
}

func idsOf[R row](rows []R) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id()
	}
	return ids
}

// inOrder lists the rows with these ids, leaving out those gone since.
func inOrder[R row](rows []R, ids []string) []R {
	byID := map[string]R{}
	for _, r := range rows {
		byID[r.id()] = r
	}
	out := []R{}
	for _, id := range ids {
		if r, ok := byID[id]; ok {
			out = append(out, r)
		}
	}
	return out
}

// query is the call's query with another marker.
func (q *call) query(marker string) string {
	values := q.URL.Query()
	values.Set("marker", marker)
	return values.Encode()
}

// nextLink is the list of links that Nova and Cinder put beside a full page,
// nil when there is no next.
func (q *call) nextLink(marker string) []object {
	if marker == "" {
		return nil
	}
	return []object{{"rel": "next", "href": q.self() + "?" + q.query(marker)}}
}

// listed is the answer of Nova and Cinder: the rows, and the link to more.
func listed[R any](q *call, name string, rows []R, next string) (answer, error) {
	body := object{name: rows}
	if links := q.nextLink(next); links != nil {
		body[name+"_links"] = links
	}
	return ok(body)
}

// each turns rows into what is shown of them.
func each[R, V any](rows []R, show func(R) V) []V {
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = show(r)
	}
	return out
}

// matches reports whether a value is among those of a query parameter that may
// be given several times; it is when the parameter is not there.
func matches(values url.Values, name, value string) bool {
	asked, ok := values[name]
	return !ok || slices.Contains(asked, value)
}
