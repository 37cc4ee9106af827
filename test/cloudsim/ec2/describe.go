package ec2

import (
	"strconv"
	"time"

	"occigate/test/cloudsim/fault"
)

// listing says how a Describe action lists a kind.
type listing[T row] struct {
	filters map[string]filter[T]
	least   int  // smallest MaxResults
	most    int  // largest MaxResults, 0 for an action without pages
	clamps  bool // a larger MaxResults is taken as the largest
	idsOnly bool // MaxResults may not come with ids
}

// describe gives the rows that the call asks for and the token of the next
// page. Ids come from the parameter that the kind names.
func describe[T row](c *call, from *rows[T], l listing[T]) ([]T, string, error) {
	ids := c.list(from.kind.param)
	size, err := l.pageSize(c, len(ids) > 0)
	if err != nil {
		return nil, "", err
	}
	if token := c.text("NextToken"); token != "" {
		return nextPage[T](c, token, size)
	}
	found, err := chosen(c, from, ids)
	if err != nil {
		return nil, "", err
	}
	found, err = filtered(c, found, l.filters)
	if err != nil {
		return nil, "", err
	}
	if len(ids) == 0 {
		found = fault.Rows(c.faults, c.action, found, age[T](c))
	}
	page, token := cut(c, found, size)
	return page, token, nil
}

func age[T row](c *call) func(T) time.Duration {
	return func(row T) time.Duration { return c.now.Sub(row.base().born) }
}

// chosen gives the rows with the ids, all when there are none. A Lag fault
// hides young rows from a read by id too, as EC2's eventual consistency does.
func chosen[T row](c *call, from *rows[T], ids []string) ([]T, error) {
	if len(ids) == 0 {
		return from.all(), nil
	}
	found, err := from.findAll(ids)
	if err != nil {
		return nil, err
	}
	lag, ok := c.faults.Take(fault.Lag, c.action)
	for _, row := range found {
		if ok && age[T](c)(row) < lag.Delay {
			return nil, from.kind.notFound(row.base().id)
		}
	}
	return found, nil
}

// pageSize is the size of the pages asked for or forced by a fault, 0 for all
// in one.
func (l listing[T]) pageSize(c *call, withIDs bool) (int, error) {
	size := c.number("MaxResults", 0)
	switch {
	case !c.has("MaxResults"):
	case withIDs && l.idsOnly:
		return 0, fail("InvalidParameterCombination", "The parameter maxResults cannot be used together with ids")
	case size < l.least || size > l.most && !l.clamps:
		return 0, fail("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value between %d and %d.", size, l.least, l.most)
	}
	if l.most > 0 {
		size = min(size, l.most)
		if f, ok := c.faults.Take(fault.PageSize, c.action); ok && (size == 0 || f.Size < size) {
			size = f.Size
		}
	}
	return size, nil
}

// maxListings bounds the listings that are under way; older ones are forgotten.
const maxListings = 1000

// pages are the rows that are still to come in listings under way. A listing
// is settled when its first page is, so that rows neither move nor repeat.
type pages struct {
	rest   map[string]rest
	tokens []string // in the order they were given out
}

type rest struct {
	action string
	rows   any // []T
}

// cut gives the first page and keeps the rest under a token.
func cut[T row](c *call, found []T, size int) ([]T, string) {
	if size == 0 || len(found) <= size {
		return found, ""
	}
	c.serial++
	token := c.id("page-" + strconv.FormatUint(c.serial, 36) + "-")
	p := &c.pages
	if p.rest == nil {
		p.rest = map[string]rest{}
	}
	p.rest[token] = rest{c.action, found[size:]}
	p.tokens = append(p.tokens, token)
	if len(p.tokens) > maxListings {
		delete(p.rest, p.tokens[0])
		p.tokens = p.tokens[1:]
	}
	return found[:size], token
}

// nextPage goes on with a listing. A token may be used again.
func nextPage[T row](c *call, token string, size int) ([]T, string, error) {
	r, ok := c.pages.rest[token]
	found, isT := r.rows.([]T)
	if !ok || !isT || r.action != c.action {
		return nil, "", fail("InvalidNextToken", "The token '%s' is not valid", token)
	}
	page, next := cut(c, found, size)
	return page, next, nil
}
