package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
)

// Answer is what a request got.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// check says what is wrong with an answer; names that its patterns bind are
// added.
func (e *Expected) check(a *Answer, names Names) []error {
	var wrong []error
	note := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	if a.Status != e.Status {
		note(fmt.Errorf("status %d, want %d", a.Status, e.Status))
	}
	for _, h := range e.Headers {
		note(checkHeader(a.Header.Values(h[0]), h, names))
	}
	for _, name := range e.NoHeaders {
		if v := a.Header.Values(name); len(v) > 0 {
			note(fmt.Errorf("there is a header %s: %q", name, v))
		}
	}
	var whole []string
	for _, c := range e.Body {
		if c.operator == '=' {
			whole = append(whole, c.text)
			continue
		}
		note(c.check(a.Body, names))
	}
	if whole != nil {
		note(found(names, strings.Join(whole, "\n"), []string{a.Body}, true))
	}
	return wrong
}

func checkHeader(values []string, want [2]string, names Names) error {
	if err := found(names, want[1], values, true); err != nil {
		return fmt.Errorf("header %s: %w", want[0], err)
	}
	return nil
}

// found reports an error unless a pattern matches one of some texts, or none.
func found(names Names, pattern string, texts []string, want bool) error {
	for _, text := range texts {
		ok, err := names.match(pattern, text)
		if err != nil {
			return err
		}
		if ok && want {
			return nil
		}
		if ok {
			return fmt.Errorf("there is %q", text)
		}
	}
	if want {
		return fmt.Errorf("%.400q, want %q", texts, pattern)
	}
	return nil
}

func (c bodyCheck) check(body string, names Names) error {
	switch c.operator {
	case '+':
		return found(names, c.text, strings.Split(body, "\n"), true)
	case '-':
		return found(names, c.text, strings.Split(body, "\n"), false)
	case '~':
		return found(names, "..."+c.text+"...", []string{body}, true)
	}
	pointer, want, _ := strings.Cut(c.text, " ")
	var doc any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	got, there := member(doc, pointer)
	switch {
	case c.operator == '!' && there:
		return fmt.Errorf("there is a member %s: %v", pointer, got)
	case c.operator == '!':
		return nil
	case !there:
		return fmt.Errorf("there is no member %s", pointer)
	}
	return sameJSON(pointer, got, want, names)
}

// sameJSON compares a member with a value written as JSON; one that is a string
// is a pattern.
func sameJSON(pointer string, got any, want string, names Names) error {
	if text, ok := got.(string); ok && strings.HasPrefix(want, `"`) {
		if err := found(names, strings.Trim(want, `"`), []string{text}, true); err != nil {
			return fmt.Errorf("member %s: %w", pointer, err)
		}
		return nil
	}
	var value any
	if err := json.Unmarshal([]byte(want), &value); err != nil {
		return fmt.Errorf("what is wanted of %s: %w", pointer, err)
	}
	if !reflect.DeepEqual(got, value) {
		return fmt.Errorf("member %s is %v, want %s", pointer, got, want)
	}
	return nil
}

// member follows a JSON pointer (RFC 6901). No name here has a slash or tilde
// but "~1", which stands for a slash.
func member(doc any, pointer string) (any, bool) {
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		switch v := doc.(type) {
		case map[string]any:
			value, ok := v[strings.ReplaceAll(name, "~1", "/")]
			if !ok {
				return nil, false
			}
			doc = value
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			doc = v[i]
		default:
			return nil, false
		}
	}
	return doc, true
}
