package ec2

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params is a request's form, or the part of it under a prefix such as
// "NetworkInterface.1.". The operation's declaration has been checked before,
// so that numbers are numbers and flags are flags.
type params struct {
	values url.Values
	prefix string
}

func (p params) has(name string) bool    { return p.values.Has(p.prefix + name) }
func (p params) text(name string) string { return p.values.Get(p.prefix + name) }

// number is the parameter's value, or otherwise when it is absent.
func (p params) number(name string, otherwise int) int {
	n, err := strconv.Atoi(p.text(name))
	if err != nil {
		return otherwise
	}
	return n
}

// flag is the parameter's value, or otherwise when it is absent.
func (p params) flag(name string, otherwise bool) bool {
	if !p.has(name) {
		return otherwise
	}
	return strings.EqualFold(p.text(name), "true")
}

// list gives the values of name.1, name.2 and so on, in the order of numbers.
func (p params) list(name string) []string {
	var values []string
	for _, n := range p.numbers(name) {
		if key := name + "." + strconv.Itoa(n); p.has(key) {
			values = append(values, p.text(key))
		}
	}
	return values
}

// parts gives what lies under name.1., name.2. and so on.
func (p params) parts(name string) []params {
	var found []params
	for _, n := range p.numbers(name) {
		found = append(found, params{p.values, p.prefix + name + "." + strconv.Itoa(n) + "."})
	}
	return found
}

func (p params) numbers(name string) []int {
	var numbers []int
	for key := range p.values {
		rest, ok := strings.CutPrefix(key, p.prefix+name+".")
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(first); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// print is the form without what may differ when a call is repeated under its
// client token.
func (p params) print() string {
	same := url.Values{}
	for key, value := range p.values {
		if key != "ClientToken" {
			same[key] = value
		}
	}
	return same.Encode()
}

// declared checks the form against an operation's declaration: names separated
// by blanks, numbers in them written N, "!" behind a required one, "#" behind a
// whole number, "?" behind true or false.
func declared(declaration string, values url.Values) error {
	marks := map[string]string{"Action": "", "Version": "", "DryRun": "?"}
	for _, field := range strings.Fields(declaration) {
		name := strings.TrimRight(field, "!#?")
		marks[name] = field[len(name):]
	}
	given := map[string]bool{}
	for _, key := range sortedKeys(values) {
		name := general(key)
		mark, known := marks[name]
		if !known {
			return fail("UnknownParameter", "The parameter %s is not recognized", key)
		}
		given[name] = given[name] || values.Get(key) != ""
		if err := marked(mark, key, values.Get(key)); err != nil {
			return err
		}
	}
	for _, field := range strings.Fields(declaration) {
		name := strings.TrimRight(field, "!#?")
		if strings.Contains(marks[name], "!") && !given[name] {
			return fail("MissingParameter", "The request must contain the parameter %s", strings.TrimSuffix(name, ".N"))
		}
	}
	return nil
}

// marked checks one value against the marks behind its name.
func marked(mark, key, value string) error {
	switch {
	case strings.Contains(mark, "#"):
		if _, err := strconv.Atoi(value); err != nil {
			return fail("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Expected an integer.", value, key)
		}
	case strings.Contains(mark, "?"):
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return fail("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Expected true or false.", value, key)
		}
	}
	return nil
}

// general writes N for the numbers in a parameter's name.
func general(key string) string {
	parts := strings.Split(key, ".")
	for i, part := range parts {
		if _, err := strconv.Atoi(part); err == nil {
			parts[i] = "N"
		}
	}
	return strings.Join(parts, ".")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
