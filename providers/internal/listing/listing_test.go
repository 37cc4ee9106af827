package listing_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

func TestMap(t *testing.T) {
	if got, err := listing.Map([]int{1, 2}, nil, strconv.Itoa); err != nil || !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := listing.Map(nil, nil, strconv.Itoa); err != nil || got == nil || len(got) != 0 {
		t.Errorf("nothing: %#v, %v", got, err)
	}
	if got, err := listing.Map([]int{1}, providers.ErrDenied, strconv.Itoa); got != nil || !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed listing: %q, %v", got, err)
	}
}

// TestCalls has what calls a cloud hand on what it says, mapped, or what went wrong.
func TestCalls(t *testing.T) {
	all := func(context.Context) ([]int, error) { return []int{1, 2}, nil }
	if got, err := listing.All(t.Context(), all, strconv.Itoa); err != nil || !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("%q, %v", got, err)
	}
	denied := func(context.Context) ([]int, error) { return []int{1}, providers.ErrDenied }
	if got, err := listing.All(t.Context(), denied, strconv.Itoa); got != nil || !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed listing: %q, %v", got, err)
	}
	one := func(_ context.Context, id string) (int, error) { return strconv.Atoi(id) }
	if got, err := listing.ByID(t.Context(), "7", one, strconv.Itoa); err != nil || got != "7" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := listing.ByID(t.Context(), "x", one, strconv.Itoa); err == nil || got != "" {
		t.Errorf("a failed call: %q, %v", got, err)
	}
}

func TestOne(t *testing.T) {
	if got, err := listing.One(1, nil, strconv.Itoa); err != nil || got != "1" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := listing.One(1, providers.ErrDenied, strconv.Itoa); got != "" || !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed call: %q, %v", got, err)
	}
}

func TestMade(t *testing.T) {
	if got, left, err := listing.Made(1, nil, strconv.Itoa); err != nil || got != "1" || left != "" {
		t.Errorf("%q, ticket %q, %v", got, left, err)
	}
	if got, left, err := listing.Made(1, providers.ErrDenied, strconv.Itoa); got != "" || left != "" || !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed call: %q, ticket %q, %v", got, left, err)
	}
}

func TestFind(t *testing.T) {
	even := func(n int) bool { return n%2 == 0 }
	if got, err := listing.Find([]int{1, 2, 4}, nil, even, providers.ErrNotFound); err != nil || got != 2 {
		t.Errorf("%d, %v", got, err)
	}
	if got, err := listing.Find([]int{1}, nil, even, providers.ErrNotFound); got != 0 || !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("%d, %v, want not found", got, err)
	}
	if _, err := listing.Find([]int{2}, providers.ErrDenied, even, providers.ErrNotFound); !errors.Is(err, providers.ErrDenied) {
		t.Errorf("%v, want denied", err)
	}
}

func TestNetwork(t *testing.T) {
	list := func(context.Context) ([]providers.Network, error) {
		return []providers.Network{{ID: "a"}, {ID: "b", Name: "back"}}, nil
	}
	if got, err := listing.Network(t.Context(), "list", "b", list); err != nil || got.Name != "back" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := listing.Network(t.Context(), "list", "c", list); !errors.Is(err, providers.ErrNotFound) || !strings.Contains(err.Error(), `list: not found: there is no network "c"`) {
		t.Errorf("%v, want not found that names the call and the network", err)
	}
	failing := func(context.Context) ([]providers.Network, error) { return nil, providers.ErrDenied }
	if _, err := listing.Network(t.Context(), "list", "a", failing); !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed listing: %v", err)
	}
}

func TestOnce(t *testing.T) {
	first := func(row string) string { return row[:1] }
	got, err := listing.Once([]string{"a1", "b1", "a2", "b2", "c1", "a3"}, nil, first)
	if err != nil || !slices.Equal(got, []string{"a1", "b1", "c1"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := listing.Once([]string{"a1"}, providers.ErrDenied, first); got != nil || !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed listing: %q, %v", got, err)
	}
}

func TestOnceByKind(t *testing.T) {
	volumes, err := listing.Volumes([]providers.Volume{{ID: "a"}, {ID: "b"}, {ID: "a"}}, nil)
	networks, errs := listing.Networks([]providers.Network{{ID: "a"}, {ID: "b"}, {ID: "a"}}, nil)
	addresses, failed := listing.Addresses([]providers.Address{{ID: "a"}, {ID: "b"}, {ID: "a"}}, nil)
	if len(volumes) != 2 || len(networks) != 2 || len(addresses) != 2 || errors.Join(err, errs, failed) != nil {
		t.Errorf("%v, %v, %v", volumes, networks, addresses)
	}
	if _, err := listing.Volumes(nil, providers.ErrDenied); !errors.Is(err, providers.ErrDenied) {
		t.Errorf("a failed listing: %v", err)
	}
}
