package fault

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Rows does to a listing what the plan says of the call: Lag, Vanish, Duplicate
// and Shuffle, in that order. age tells how old a row is by the simulator's
// clock. A simulator with pages calls it once a listing, not once a page. The
// slice passed in is not changed.
func Rows[T any](p *Plan, call string, rows []T, age func(T) time.Duration) []T {
	rows = slices.Clone(rows)
	if f, ok := p.Take(Lag, call); ok {
		rows = slices.DeleteFunc(rows, func(row T) bool { return age(row) < f.Delay })
	}
	if f, ok := p.Take(Vanish, call); ok {
		if f.Size == 0 {
			f.Size = len(rows)
		}
		rows = rows[min(f.Size, len(rows)):]
	}
	if f, ok := p.Take(Duplicate, call); ok {
		rows = append(rows, rows[:min(max(f.Size, 1), len(rows))]...)
	}
	if _, ok := p.Take(Shuffle, call); ok {
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	return rows
}
