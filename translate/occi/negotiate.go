package occi

import (
	"strconv"
	"strings"
)

// Negotiate chooses among the offered media types, listed best first, the one
// that the Accept header lines of a request prefer (RFC 9110 section 12.5.1).
// Among equal weights a type that is named wins over one that matches a
// wildcard, then the better offer. Without any usable line the first offer is
// chosen; ok is false when the client accepts none.
func Negotiate(accept []string, offered ...MediaType) (m MediaType, ok bool) {
	ranges := parseAccept(accept)
	if len(ranges) == 0 && len(offered) > 0 {
		return offered[0], true
	}
	var best acceptRange
	for _, o := range offered {
		r := matching(ranges, o)
		if r.weight > best.weight || r.weight == best.weight && r.weight > 0 && r.named() && !best.named() {
			best, m, ok = r, o, true
		}
	}
	return m, ok
}

// acceptRange is one media range of an Accept header.
type acceptRange struct {
	main, sub string // "*" for any
	weight    float64
}

func (a acceptRange) named() bool { return a.sub != "*" }

// precedence orders ranges that match one media type: the most specific counts.
func (a acceptRange) precedence() int {
	switch {
	case a.sub != "*":
		return 3
	case a.main != "*":
		return 2
	}
	return 1
}

func (a acceptRange) matches(m MediaType) bool {
	main, sub, _ := strings.Cut(string(m), "/")
	return (a.main == "*" || a.main == main) && (a.sub == "*" || a.sub == sub)
}

func matching(ranges []acceptRange, m MediaType) acceptRange {
	var best acceptRange
	found := 0
	for _, r := range ranges {
		if r.matches(m) && r.precedence() > found {
			best, found = r, r.precedence()
		}
	}
	return best
}

// maxRanges bounds what one request can make the server compare.
const maxRanges = 100

func parseAccept(lines []string) []acceptRange {
	var ranges []acceptRange
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if r, ok := parseRange(part); ok && len(ranges) < maxRanges {
				ranges = append(ranges, r)
			}
		}
	}
	return ranges
}

func parseRange(s string) (acceptRange, bool) {
	name, parameters, _ := strings.Cut(s, ";")
	main, sub, ok := strings.Cut(strings.ToLower(strings.TrimSpace(name)), "/")
	if !ok || main == "" || sub == "" || main == "*" && sub != "*" {
		return acceptRange{}, false
	}
	r := acceptRange{main: main, sub: sub, weight: 1}
	for p := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return acceptRange{}, false
		}
		r.weight = q
	}
	return r, true
}
