package gateway

import (
	"encoding/json"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// userMixin is a user's mixin as the store keeps it. Its type identifier is
// that of the definition. What it depends on need not be known.
type userMixin struct {
	Title    string   `json:"title,omitempty"`
	Location string   `json:"location"`
	Depends  []string `json:"depends,omitempty"`
	Applies  []string `json:"applies,omitempty"`
}

func encodeMixin(m *occi.Mixin) ([]byte, error) {
	return json.Marshal(userMixin{m.Title, m.Location, m.Depends, m.Applies})
}

func decodeMixin(d inventory.Definition) (*occi.Mixin, error) {
	var u userMixin
	if err := json.Unmarshal(d.Data, &u); err != nil {
		return nil, fmt.Errorf("mixin %s: %w", d.ID, err)
	}
	scheme, term := occi.SplitID(d.ID)
	return &occi.Mixin{
		Category: occi.Category{Scheme: scheme, Term: term, Title: u.Title},
		Depends:  u.Depends, Applies: u.Applies, Location: u.Location, User: true,
	}, nil
}

// users are the mixins that users have defined, in an order that fits a model:
// each comes after those that it depends on, unless they go in a circle.
func (ms *models) users() []occi.Mixin {
	defined := map[string]*occi.Mixin{}
	var ids []string
	for _, d := range ms.inv.Definitions() {
		m, err := decodeMixin(d)
		if err != nil {
			ms.log.Warn("a user's mixin cannot be read", zap.Error(err))
			continue
		}
		defined[d.ID] = m
		ids = append(ids, d.ID)
	}
	return ordered(ids, defined)
}

// ordered takes mixins from a map, in the order of ids but each behind those
// that it depends on.
func ordered(ids []string, defined map[string]*occi.Mixin) (list []occi.Mixin) {
	seen := map[string]bool{}
	var add func(ids []string)
	add = func(ids []string) {
		for _, id := range ids {
			m := defined[id]
			if m == nil || seen[id] {
				continue
			}
			seen[id] = true
			add(m.Depends)
			list = append(list, *m)
		}
	}
	add(ids)
	return list
}

// holdsItself reports whether an entity has a mixin, not only one that depends
// on it.
func (r *rendered) holdsItself(mixin string) bool {
	return slices.Contains(r.entity.Mixins, mixin)
}
