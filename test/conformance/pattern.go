package conformance

import (
	"fmt"
	"regexp"
	"strings"
)

// Names are what ${name} stands for in a table.
type Names map[string]string

// builtIn are the names that every row knows beside those that rows bind.
func builtIn(base string) Names {
	return Names{
		"base":   base,
		"host":   strings.TrimPrefix(base, "http://"),
		"crlf":   "\r\n",
		"blanks": strings.Repeat(" ", 70_000), // more than bufio.Scanner takes
		"line":   strings.Repeat("x", 1<<20),  // more than a line may have
		"huge":   strings.Repeat("x\n", 5<<20),
		"deep":   strings.Repeat("[", 100) + strings.Repeat("]", 100),
	}
}

var (
	hole = regexp.MustCompile(`\$\{([a-z][a-z0-9_]*)\}`)
	part = regexp.MustCompile(`\$\{([a-z][a-z0-9_]*)(=?)\}|\.\.\.`)
)

// expand puts in what the names stand for.
func (n Names) expand(text string) (string, error) {
	var missing error
	out := hole.ReplaceAllStringFunc(text, func(h string) string {
		value, ok := n[h[2:len(h)-1]]
		if !ok {
			missing = fmt.Errorf("%s is not bound", h)
		}
		return value
	})
	return out, missing
}

// match compares a text with a pattern: ${name} is what the name stands for,
// ${name=} is a run without blanks, quotes, commas, semicolons, slashes and
// angle brackets which the name stands for from here on, "..." is anything.
func (n Names) match(pattern, text string) (bool, error) {
	var b strings.Builder
	rest := 0
	for _, at := range part.FindAllStringSubmatchIndex(pattern, -1) {
		b.WriteString(regexp.QuoteMeta(pattern[rest:at[0]]))
		rest = at[1]
		switch {
		case at[2] < 0:
			b.WriteString(`(?s:.*?)`)
		case at[5] > at[4]:
			fmt.Fprintf(&b, `(?P<%s>[^\s",;/<>]+)`, pattern[at[2]:at[3]])
		default:
			value, err := n.expand(pattern[at[0]:at[1]])
			if err != nil {
				return false, err
			}
			b.WriteString(regexp.QuoteMeta(value))
		}
	}
	b.WriteString(regexp.QuoteMeta(pattern[rest:]))
	re, err := regexp.Compile(`\A` + b.String() + `\z`)
	if err != nil {
		return false, err
	}
	m := re.FindStringSubmatch(text)
	for i, name := range re.SubexpNames() {
		if m != nil && name != "" {
			n[name] = m[i]
		}
	}
	return m != nil, nil
}
