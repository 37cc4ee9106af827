// Package undo takes back what a change has made before it failed, so that
// nothing half made stays. It knows no cloud.
package undo

import (
	"context"
	"errors"
	"time"

	"occigate/providers"
)

// limit is how long it may take.
const limit = 30 * time.Second

// After takes something back because of the error cause, and gives cause. It
// outlives a caller that has given up, for a limited time. When it fails, the
// message of cause says too what is left behind; the kind stays.
func After(ctx context.Context, cause error, what string, back func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err := back(ctx)
	if err == nil || providers.Kind(err) == providers.ErrNotFound {
		return cause
	}
	told := providers.Error{Kind: providers.Kind(cause), Op: "undo", Message: cause.Error()}
	if e := (*providers.Error)(nil); errors.As(cause, &e) {
		told = *e
	}
	told.Message += "; " + what + " is left behind: " + err.Error()
	return &told
}
