package undo_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/undo"
)

func TestAfter(t *testing.T) {
	cause := providers.Errorf(providers.ErrQuota, "create", "the cloud is full")
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	for _, tt := range []struct {
		back error
		left bool
	}{
		{nil, false},
		{providers.Errorf(providers.ErrNotFound, "delete", "no such thing"), false},
		{providers.Errorf(providers.ErrConflict, "delete", "busy"), true},
	} {
		called := false
		err := undo.After(ctx, cause, "drive 7", func(ctx context.Context) error {
			called = true
			if _, limited := ctx.Deadline(); ctx.Err() != nil || !limited {
				t.Errorf("the context must live, for a limited time: %v", ctx.Err())
			}
			return tt.back
		})
		if !called || providers.Kind(err) != providers.ErrQuota || strings.Contains(err.Error(), "drive 7 is left behind") != tt.left {
			t.Errorf("taking back said %v: %v", tt.back, err)
		}
		if !strings.Contains(err.Error(), "the cloud is full") {
			t.Errorf("%v does not tell its cause", err)
		}
		if errors.Is(err, providers.ErrConflict) {
			t.Errorf("%v has two kinds", err)
		}
	}
}

func TestAfterAnErrorOfNobody(t *testing.T) {
	err := undo.After(t.Context(), errors.New("odd"), "drive 7", func(context.Context) error { return errors.New("stuck") })
	if providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), "odd; drive 7 is left behind: stuck") {
		t.Error(err)
	}
}
