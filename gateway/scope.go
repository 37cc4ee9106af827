package gateway

import (
	"errors"
	"slices"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate/occi"
)

// scope is what an answer shows of the clouds: some kinds of item, of one
// account or of all.
type scope struct {
	uid   string // "" for all accounts
	kinds []inventory.Kind
}

// scopeOf is the scope of a collection under a filter. Categories narrow it: one
// of an account's own to that account, a kind or a mixin to the kinds that it can
// be seen on. That a filter by attributes selects nothing of some cloud cannot be
// known without that cloud.
func (m *model) scopeOf(col collection, f *occi.Filter) scope {
	s := scope{kinds: col.kinds}
	m.narrow(&s, col.mixin)
	if f != nil {
		for _, id := range f.Categories {
			m.narrow(&s, id)
		}
	}
	return s
}

func (m *model) narrow(s *scope, category string) {
	if tpl, ok := m.templates.Lookup(category); ok {
		s.uid = tpl.UID
	}
	seenOn := []string{category}
	if mixin := m.registry.Mixin(category); mixin != nil {
		seenOn = mixin.Applies
	}
	var kinds []inventory.Kind
	for _, kind := range seenOn {
		if itemKinds[kind] == nil {
			return // any, or a kind that others derive from
		}
		kinds = append(kinds, itemKinds[kind]...)
	}
	if len(seenOn) > 0 {
		s.kinds = slices.DeleteFunc(slices.Clone(s.kinds), func(k inventory.Kind) bool { return !slices.Contains(kinds, k) })
	}
}

// standing is how the part of one account in an answer stands.
type standing struct {
	uid      string
	observed time.Time // of the oldest that is shown, zero when a part of it was never seen
	problem  string    // why it is not fresh, "" when it is
	kind     error     // of the problem, of package providers; nil when there is none
	since    time.Time // of the problem
	next     time.Time // when the cloud is asked again at the latest, zero when that is not known
}

// complete reports whether everything of the account has been seen once.
func (s standing) complete() bool { return !s.observed.IsZero() }

// older reports whether something of the account is older than a moment.
func (s standing) older(than time.Time) bool { return s.observed.Before(than) }

func (s standing) throttled() bool { return errors.Is(s.kind, providers.ErrThrottled) }
func (s standing) refused() bool   { return errors.Is(s.kind, providers.ErrDenied) }

// standings are those of the accounts that a scope takes something from, in
// their order.
func (s scope) standings(accounts []inventory.Status) (list []standing) {
	for i := range accounts {
		if a := &accounts[i]; s.uid == "" || s.uid == a.UID {
			if st, ok := s.of(a); ok {
				list = append(list, st)
			}
		}
	}
	return list
}

// of is the standing of one account: as old as its oldest part, with the problem
// of the first part that was never complete, else of the first that has one. It
// is false for an account that has nothing of the kinds.
func (s scope) of(a *inventory.Status) (st standing, some bool) {
	for i := range a.Parts {
		p := &a.Parts[i]
		if !slices.ContainsFunc(p.Kinds, func(k inventory.Kind) bool { return slices.Contains(s.kinds, k) }) {
			continue
		}
		worse := p.Problem != "" && (st.problem == "" || st.complete() && p.Observed.IsZero())
		if worse {
			st.problem, st.kind, st.since, st.next = p.Problem, p.Kind, p.Since, p.Next
		}
		if !some || p.Observed.Before(st.observed) {
			st.observed = p.Observed
		}
		some = true
	}
	st.uid = a.UID
	return st, some
}
