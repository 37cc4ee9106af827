package openstack

import (
	"context"
	"fmt"
	"time"
)

// cleanUpTime is how long taking back what was half made may take.
const cleanUpTime = 20 * time.Second

// afterwards gives the context for taking back what was half made: it outlives
// a caller that has given up, for a limited time.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
}

// leftBehind tells of something that could not be taken back. It has no kind:
// the error beside it has.
func leftBehind(what, id string, err error) error {
	return fmt.Errorf("%s %s is left behind: %s", what, id, err.Error())
}
