package ec2

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// filter gives the values of a row that a filter's patterns are tried on.
type filter[T row] func(*call, T) []string

// maxFilterValues is AWS's bound on the values of all filters of a request.
const maxFilterValues = 200

// filtered keeps the rows that match every filter of the call by one of its
// values. An unknown filter is an error.
func filtered[T row](c *call, found []T, known map[string]filter[T]) ([]T, error) {
	values := 0
	for _, f := range c.parts("Filter") {
		name, patterns := f.text("Name"), f.list("Value")
		of := tagFilter[T](name)
		if of == nil {
			of = known[name]
		}
		if of == nil {
			return nil, fail("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		if len(patterns) == 0 {
			return nil, fail("InvalidParameterValue", "The filter '%s' has no values", name)
		}
		if values += len(patterns); values > maxFilterValues {
			return nil, fail("FilterLimitExceeded", "The maximum number of filter values specified on a single call is %d", maxFilterValues)
		}
		wanted := matcher(patterns)
		found = slices.DeleteFunc(slices.Clone(found), func(row T) bool {
			return !slices.ContainsFunc(of(c, row), wanted)
		})
	}
	return found, nil
}

// tagFilter is the filter tag:KEY, tag-key or tag-value, which all kinds have.
func tagFilter[T row](name string) filter[T] {
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		return func(_ *call, row T) []string {
			if value, ok := row.base().tags[key]; ok {
				return []string{value}
			}
			return nil
		}
	}
	switch name {
	case "tag-key":
		return func(_ *call, row T) []string { return sortedKeys(row.base().tags) }
	case "tag-value":
		return func(_ *call, row T) []string {
			var values []string
			for _, value := range row.base().tags {
				values = append(values, value)
			}
			return values
		}
	}
	return nil
}

// matcher tries a value on patterns: "*" stands for any text, "?" for one
// character, a backslash takes their meaning away.
func matcher(patterns []string) func(string) bool {
	plain := map[string]bool{}
	var wild []*regexp.Regexp
	for _, p := range patterns {
		if !strings.ContainsAny(p, `*?\`) {
			plain[p] = true
			continue
		}
		wild = append(wild, wildcard(p))
	}
	return func(value string) bool {
		return plain[value] || slices.ContainsFunc(wild, func(re *regexp.Regexp) bool { return re.MatchString(value) })
	}
}

func wildcard(pattern string) *regexp.Regexp {
	var re strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			re.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			re.WriteString(".*")
		case r == '?':
			re.WriteString(".")
		default:
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(`(?s)\A` + re.String() + `\z`)
}

// of is a filter on one text of a row.
func of[T row](text func(T) string) filter[T] {
	return func(_ *call, row T) []string { return []string{text(row)} }
}

func boolText(b bool) string { return strconv.FormatBool(b) }
