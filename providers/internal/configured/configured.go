// Package configured reads the settings of adapters and checks what they have in
// common: the address of the cloud's API, patterns of what the catalogue offers,
// and sizes where the cloud sells figures and has no names for them. It knows no
// cloud. What it refuses is [providers.ErrInvalid], with the name of the setting;
// a value that may be secret is never repeated.
package configured

import (
	"fmt"
	"net/url"
	"path"
	"slices"

	"occigate/providers"
)

// Checked are settings that know what makes them wrong.
type Checked interface {
	// Check refuses what cannot work, completes the rest, and gives the address
	// of the cloud's API.
	Check() (*url.URL, error)
}

// Read decodes an account's settings over the defaults that they have, and checks
// them.
func Read(from providers.Settings, into Checked) (*url.URL, error) {
	if err := from.Decode(into); err != nil {
		return nil, err
	}
	return into.Check()
}

// Invalid refuses settings.
func Invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "settings", format, args...)
}

// Require refuses settings of which something does not hold, and says what must.
func Require(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return Invalid(format, args...)
}

// Endpoint reads the setting of that name as the address of an API.
func Endpoint(name, text string) (*url.URL, error) {
	if text == "" {
		return nil, Invalid("%s is missing", name)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return nil, Invalid("%s must be an http or https URL without user and query", name)
	}
	return u, nil
}

// Patterns are those of names, as in a shell: *, ? and [a-z]. None fit all.
type Patterns []string

// Check refuses patterns of the setting of that name that are malformed.
func (all Patterns) Check(name string) error {
	for _, pattern := range all {
		if _, err := path.Match(pattern, ""); err != nil {
			return Invalid("%s are patterns as in a shell, with *, ? and [a-z], and %q is none", name, pattern)
		}
	}
	return nil
}

// Fit reports whether one of the names fits one of the patterns.
func (all Patterns) Fit(names ...string) bool {
	return len(all) == 0 || slices.ContainsFunc(all, func(pattern string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			fits, _ := path.Match(pattern, name) // malformed ones fit nothing
			return fits
		})
	})
}

// Size is one configured size, in the figures of its cloud.
type Size interface {
	// Offer is the size as the catalogue has it, whose id is its name.
	Offer() providers.Size
}

// Sizes are those that an account offers.
type Sizes[S Size] []S

// Require refuses a size of which something does not hold, and says what must.
func (all Sizes[S]) Require(holds func(S) bool, format string, args ...any) error {
	for _, s := range all {
		if !holds(s) {
			return Invalid("size %s: %s", s.Offer().ID, fmt.Sprintf(format, args...))
		}
	}
	return nil
}

// Check refuses sizes that cannot be told apart, and a default that is none of
// them; an empty default is none.
func (all Sizes[S]) Check(byDefault string) error {
	seen := map[string]bool{"": true}
	for i, s := range all {
		name := s.Offer().ID
		if seen[name] {
			return Invalid("size %d: the name %q is empty or taken", i+1, name)
		}
		seen[name] = true
	}
	if !seen[byDefault] {
		return Invalid("default_size %q is not among the sizes", byDefault)
	}
	return nil
}

// Named finds a size by its name; none is [providers.ErrInvalid].
func (all Sizes[S]) Named(op, name string) (found S, err error) {
	for _, s := range all {
		if s.Offer().ID == name {
			return s, nil
		}
	}
	if name == "" {
		return found, providers.Errorf(providers.ErrInvalid, op, "no size is given, and default_size is not set")
	}
	return found, providers.Errorf(providers.ErrInvalid, op, "there is no size %q", name)
}

// Offers are the sizes as the catalogue has them.
func (all Sizes[S]) Offers() []providers.Size {
	offers := make([]providers.Size, 0, len(all))
	for _, s := range all {
		offers = append(offers, s.Offer())
	}
	return offers
}
