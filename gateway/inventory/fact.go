package inventory

import (
	"encoding/json"
	"fmt"
	"strings"

	"occigate/gateway/store"
	"occigate/providers"
)

// fact is a record that was decoded, before anything is locked for it.
type fact struct {
	store.Record // without the data of a row, which is in what set sets
	set          func(*state)
}

// decodeAll decodes records that come together. Those that cannot be read are
// left out and told of.
func decodeAll(records []store.Record, unreadable func(store.Record, error)) []fact {
	all := make([]fact, 0, len(records))
	one := newSharing()
	for _, rec := range records {
		f, err := one.decode(rec)
		if err != nil {
			unreadable(rec, err)
			continue
		}
		all = append(all, f)
	}
	return all
}

// sharing lets the rows of one batch have one copy of what is the same in many:
// an account has thousands of servers and a few states, sizes and images.
type sharing struct {
	words     map[string]string
	power     map[string][]providers.PowerOp
	abilities map[string][]providers.Ability
}

func newSharing() *sharing {
	return &sharing{map[string]string{}, map[string][]providers.PowerOp{}, map[string][]providers.Ability{}}
}

// decode reads one record; nil Data removes it.
func (s *sharing) decode(rec store.Record) (fact, error) {
	f := fact{Record: rec}
	var err error
	switch rec.Kind {
	case recIntent:
		f.set, err = setting(rec, (*state).setIntent)
	case recOwn:
		f.set, err = setting(rec, (*state).setOwn)
	case recTomb:
		f.set, err = setting(rec, func(s *state, id string, t *tomb) { put(s.tombs, id, t) })
	case recStamp:
		f.set, err = setting(rec, func(s *state, _ string, t *stamp) { s.raw = stamped{stamp: t} })
	case recIdentity:
		f.set, err = setting(rec, func(s *state, _ string, i *providers.Identity) { s.identity = i })
	case recDefinition:
		f.set = func(s *state) { s.define(rec.ID, rec.Data) }
	case recBell, recGateway:
		f.set = func(*state) {} // they only ring
	default:
		f.set, err = s.row(rec)
		f.Data = present(rec.Data)
	}
	if err != nil {
		return f, fmt.Errorf("inventory: record %s %s: %w", rec.Kind, rec.ID, err)
	}
	return f, nil
}

// present stands for data that is not needed any more.
func present(data []byte) []byte {
	if data == nil {
		return nil
	}
	return []byte{}
}

// setting decodes a record's value for a function that sets it, nil when it was
// removed.
func setting[T any](rec store.Record, set func(s *state, id string, value *T)) (func(*state), error) {
	if rec.Data == nil {
		return func(s *state) { set(s, rec.ID, nil) }, nil
	}
	value := new(T)
	err := json.Unmarshal(rec.Data, value)
	return func(s *state) { set(s, rec.ID, value) }, err
}

func (s *sharing) row(rec store.Record) (func(*state), error) {
	k := rowKey{Kind(rec.Kind), rec.ID}
	if rec.Data == nil {
		return func(s *state) { s.setRow(k, nil) }, nil
	}
	r, err := decodeRow(rec)
	if err != nil {
		return nil, err
	}
	s.compact(r)
	return func(s *state) { s.setRow(k, r) }, nil
}

// compact makes a decoded row as small as it can be.
func (s *sharing) compact(r *row) {
	switch {
	case r.Server != nil:
		s.server(r.Server)
		r.Native = reuse(r.Native, r.Server.ID)
	case r.Volume != nil:
		s.volume(r.Volume)
		r.Native = reuse(r.Native, r.Volume.ID)
	case r.Network != nil:
		n := r.Network
		s.share(&n.Zone, &n.Gateway, &n.NativeState, (*string)(&n.State))
		r.Native = reuse(r.Native, n.ID)
	case r.Address != nil:
		a := r.Address
		s.share(&a.NetworkID, &a.NativeState, (*string)(&a.State))
		r.Native = reuse(r.Native, a.ID)
	}
}

func (s *sharing) server(v *providers.Server) {
	s.share(&v.Zone, &v.ImageID, &v.SizeID, &v.NativeState, &v.KeyName, (*string)(&v.State), (*string)(&v.Architecture))
	v.Hostname = reuse(v.Hostname, v.Name)
	v.Power, v.Abilities = shareSlice(s.power, v.Power), shareSlice(s.abilities, v.Abilities)
	v.Interfaces = clipped(v.Interfaces)
	for i := range v.Interfaces {
		n := &v.Interfaces[i]
		s.share(&n.NetworkID, &n.Device, &n.Gateway, &n.NativeState, (*string)(&n.State))
		n.ServerID, n.MoreIPs = reuse(n.ServerID, v.ID), clipped(n.MoreIPs)
	}
}

func (s *sharing) volume(v *providers.Volume) {
	s.share(&v.Zone, &v.NativeState, (*string)(&v.State))
	v.Attachments = clipped(v.Attachments)
	for i := range v.Attachments {
		a := &v.Attachments[i]
		s.share(&a.ServerID, &a.Device, &a.NativeState, (*string)(&a.State))
		a.VolumeID = reuse(a.VolumeID, v.ID)
	}
}

// share puts the one copy of each word in its place.
func (s *sharing) share(words ...*string) {
	for _, w := range words {
		if one, ok := s.words[*w]; ok {
			*w = one
			continue
		}
		s.words[*w] = *w
	}
}

// reuse gives the copy of a text that is there already, when both are equal.
func reuse(text, copied string) string {
	if text == copied {
		return copied
	}
	return text
}

// shareSlice gives the one slice of all with equal words.
func shareSlice[T ~string](known map[string][]T, words []T) []T {
	var key strings.Builder
	for _, w := range words {
		key.WriteString(string(w))
		key.WriteByte(' ')
	}
	if one, ok := known[key.String()]; ok {
		return one
	}
	words = clipped(words)
	known[key.String()] = words
	return words
}

// clipped is a slice without room to grow, which decoding leaves.
func clipped[T any](s []T) []T {
	if len(s) == cap(s) {
		return s
	}
	return append(make([]T, 0, len(s)), s...)
}
