package gateway

import (
	"bytes"
	"time"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// When an entity was seen changes with every refresh, and nothing else does:
// renderings are kept with a gap of fixed width where that time stands, and the
// time is laid over it in the copy that is sent.

// gap is what stands there: RFC 3339 in UTC, to the second.
const gap = "0001-01-01T00:00:00Z"

// The beginnings of the gap in each rendering. Neither can be part of a value:
// quotes in JSON are escaped, and there are no line breaks in text.
const (
	gapInJSON = `"` + translate.AttrObservedTime + `":"`
	gapInText = "\nX-OCCI-Attribute: " + translate.AttrObservedTime + `="`
)

// form is an entity in one media type, without host.
type form struct {
	body []byte
	gap  int // index of the gap, 0 when there is none
}

// newForm finds the gap.
func newForm(body []byte, media occi.MediaType) *form {
	before := gapInText
	if media.Rendering() == occi.OCCIJSON {
		before = gapInJSON
	}
	f := &form{body: body}
	if i := bytes.Index(body, []byte(before)); i >= 0 {
		f.gap = i + len(before)
	}
	return f
}

// append appends the form with a time in its gap.
func (f *form) append(dst []byte, seen string) []byte {
	start := len(dst)
	dst = append(dst, f.body...)
	if f.gap > 0 {
		copy(dst[start+f.gap:], seen)
	}
	return dst
}

// sightings say when a kind of each account was listed last, by uid, as it is
// written.
type sightings map[string]string

// seenBy gathers the sightings of each kind.
func seenBy(accounts []inventory.Status) map[inventory.Kind]sightings {
	seen := map[inventory.Kind]sightings{}
	for i := range accounts {
		for _, p := range accounts[i].Parts {
			if p.Observed.IsZero() {
				continue
			}
			text := p.Observed.UTC().Format(time.RFC3339)
			for _, kind := range p.Kinds {
				if seen[kind] == nil {
					seen[kind] = sightings{}
				}
				seen[kind][accounts[i].UID] = text
			}
		}
	}
	return seen
}

// of is when an item of the kind was seen last, "" when it never was: there was
// no listing, or it is new and none has shown it.
func (s sightings) of(it *inventory.Item) string {
	if !it.Listed {
		return ""
	}
	return s[it.UID]
}

// observes reports whether entities tell of their origin: it is a switch.
func (m *model) observes() bool { return m.registry.Mixin(translate.Observed) != nil }

// observe says in an entity where its item comes from.
func (m *model) observe(e *occi.Entity, it *inventory.Item) {
	if m.observes() && visible(it) {
		translate.SetOrigin(e, translate.Origin{Account: it.UID, Cloud: it.Cloud, Native: it.Native})
	}
}

// entityAt is the entity of an item with the time when it was seen.
func (m *model) entityAt(it *inventory.Item, seen string) occi.Entity {
	e := m.entity(it)
	if seen != "" && m.observes() {
		e.Attributes[translate.AttrObservedTime] = seen
	}
	return e
}
