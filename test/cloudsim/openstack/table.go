package openstack

import "slices"

// table is rows in the order of their making, found by id. The zero value is
// empty.
type table[T any] struct {
	order []*T
	byID  map[string]*T
}

func (t *table[T]) add(id string, row *T) {
	if t.byID == nil {
		t.byID = map[string]*T{}
	}
	t.byID[id] = row
	t.order = append(t.order, row)
}

func (t *table[T]) get(id string) (*T, bool) {
	row, ok := t.byID[id]
	return row, ok
}

func (t *table[T]) drop(id string) {
	if row, ok := t.byID[id]; ok {
		delete(t.byID, id)
		t.order = slices.DeleteFunc(t.order, func(r *T) bool { return r == row })
	}
}

// where lists the rows that match, oldest first.
func (t *table[T]) where(match func(*T) bool) []*T {
	rows := []*T{}
	for _, row := range t.order {
		if match(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// find returns the first row that matches.
func (t *table[T]) find(match func(*T) bool) (*T, bool) {
	i := slices.IndexFunc(t.order, match)
	if i < 0 {
		return nil, false
	}
	return t.order[i], true
}

// newestFirst turns a listing round, which is the order of Nova, Cinder and
// Glance: by time of creation, latest first.
func newestFirst[T any](rows []T) []T {
	slices.Reverse(rows)
	return rows
}

// copies lists rows by value, for those who look inside.
func copies[T any](rows []*T) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = *row
	}
	return out
}
