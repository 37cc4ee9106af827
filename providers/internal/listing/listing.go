// Package listing turns the rows of a cloud's answer into the contract's, and
// finds one of them where the cloud has no call for one. It knows no cloud, and it
// calls one only through what it is given. What takes rows takes the error too
// that came with them, so that what has failed stays failed.
package listing

import (
	"context"

	"occigate/providers"
)

// Map maps each row. A listing of nothing is an empty slice.
func Map[R, T any](rows []R, err error, f func(R) T) ([]T, error) {
	if err != nil {
		return nil, err
	}
	mapped := make([]T, 0, len(rows))
	for _, r := range rows {
		mapped = append(mapped, f(r))
	}
	return mapped, nil
}

// All calls for rows, and maps each.
func All[R, T any](ctx context.Context, call func(context.Context) ([]R, error), f func(R) T) ([]T, error) {
	rows, err := call(ctx)
	return Map(rows, err, f)
}

// ByID calls for the row that has an id, and maps it.
func ByID[R, T any](ctx context.Context, id string, call func(context.Context, string) (R, error), f func(R) T) (T, error) {
	row, err := call(ctx, id)
	return One(row, err, f)
}

// One maps the only row of an answer.
func One[R, T any](row R, err error, f func(R) T) (mapped T, _ error) {
	if err != nil {
		return mapped, err
	}
	return f(row), nil
}

// Made maps what a change has made at once, so that no step of it is left.
func Made[R, T any](row R, err error, f func(R) T) (made T, _ providers.Ticket, _ error) {
	made, err = One(row, err, f)
	return made, "", err
}

// Find gives the first row that fits, or missing when there is none.
func Find[T any](rows []T, err error, fits func(T) bool, missing error) (found T, _ error) {
	if err != nil {
		return found, err
	}
	for _, r := range rows {
		if fits(r) {
			return r, nil
		}
	}
	return found, missing
}

// Network finds a network among all of them; none is [providers.ErrNotFound], by
// the cloud's name of the listing.
func Network(ctx context.Context, op, id string, list func(context.Context) ([]providers.Network, error)) (providers.Network, error) {
	all, err := list(ctx)
	return Find(all, err, func(n providers.Network) bool { return n.ID == id }, NoNetwork(op, id))
}

// NoNetwork is the error of a network that there is not.
func NoNetwork(op, id string) error {
	return providers.Errorf(providers.ErrNotFound, op, "there is no network %q", id)
}

// Once leaves the first of the rows that have the same id. A cloud may give a
// row twice, above all when others come or go between two pages.
func Once[R any](rows []R, err error, id func(R) string) ([]R, error) {
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(rows))
	kept := make([]R, 0, len(rows))
	for _, r := range rows {
		if key := id(r); !seen[key] {
			seen[key] = true
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// Volumes leaves each volume once.
func Volumes(rows []providers.Volume, err error) ([]providers.Volume, error) {
	return Once(rows, err, func(v providers.Volume) string { return v.ID })
}

// Networks leaves each network once.
func Networks(rows []providers.Network, err error) ([]providers.Network, error) {
	return Once(rows, err, func(n providers.Network) string { return n.ID })
}

// Addresses leaves each address once.
func Addresses(rows []providers.Address, err error) ([]providers.Address, error) {
	return Once(rows, err, func(a providers.Address) string { return a.ID })
}
