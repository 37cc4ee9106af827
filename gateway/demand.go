package gateway

import (
	"iter"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// demand is what a client that reads says of how fresh the answer has to be, in
// Cache-Control (RFC 9111 section 5.2.1) and Prefer (RFC 7240). The zero value
// takes what there is, at once.
type demand struct {
	limited bool          // age counts
	age     time.Duration // the oldest that the client takes; 0 for no-cache
	wait    time.Duration // how long it will wait for that
	strict  bool          // it takes an error rather than less
}

// demandOf reads a demand. What is unknown or malformed is ignored, as both
// standards say; of what is there several times the first counts.
func demandOf(h http.Header) (d demand) {
	said := map[string]bool{}
	for name, value := range directives(h["Cache-Control"]) {
		age, ok := seconds(value)
		switch {
		case name == "no-cache":
			return demandIn(h, demand{limited: true})
		case name == "max-age" && ok && !said[name]:
			d.limited, d.age = true, age
		}
		said[name] = true
	}
	return demandIn(h, d)
}

// demandIn adds what Prefer says.
func demandIn(h http.Header, d demand) demand {
	said := map[string]bool{}
	for name, value := range directives(h["Prefer"]) {
		if said[name] {
			continue
		}
		said[name] = true
		switch name {
		case "wait":
			d.wait, _ = seconds(value)
		case "handling":
			d.strict = strings.EqualFold(value, "strict")
		}
	}
	return d
}

// waitIn is how long a client waits at the most, where Prefer says it.
func waitIn(h http.Header) (wait time.Duration, said bool) {
	for name, value := range directives(h["Prefer"]) {
		if name == "wait" {
			return seconds(value)
		}
	}
	return 0, false
}

// seconds reads a delta-seconds (RFC 9111 section 1.2.2): digits alone; what is
// too large to count is for ever.
func seconds(text string) (time.Duration, bool) {
	const longest = uint64(math.MaxInt32)
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil && text == "" {
		return 0, false
	}
	if err != nil {
		n = longest // nothing but its size can be wrong with it
	}
	return time.Duration(min(n, longest)) * time.Second, true
}

// directives are the elements name[=value] of comma lists in header lines, with
// names in lower case and without the parameters behind a semicolon.
func directives(lines []string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, line := range lines {
			for line != "" {
				var element string
				element, line = cutUnquoted(line, ',')
				element, _ = cutUnquoted(element, ';')
				name, value, _ := strings.Cut(element, "=")
				name = strings.ToLower(strings.TrimSpace(name))
				if name != "" && !yield(name, unquoted(strings.TrimSpace(value))) {
					return
				}
			}
		}
	}
}

// cutUnquoted cuts a text at the first separator outside of quotes.
func cutUnquoted(s string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case quoted && s[i] == '\\':
			i++
		case !quoted && s[i] == separator:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquoted is the content of a quoted string, and any other text as it is.
func unquoted(s string) string {
	inner, opened := strings.CutPrefix(s, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !opened || !closed {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}
