package gateway

import (
	"context"
	"net/http"
	"time"

	"occigate/gateway/inventory"
)

// roomWait waits for room for a compute that was just created, see
// [inventory.Inventory.AwaitRoom].
type roomWait func(context.Context, *inventory.Item) (found bool, err error)

// longestRoom is how long a placement waits until a cloud that has accepted a
// compute finds room for it: such clouds need a second or two as a rule.
const longestRoom = 10 * time.Second

// roomWait is the wait of one request, which the client can shorten with Prefer:
// wait. Neither a client that has gone nor the end of the gateway is kept waiting.
func (g *Gateway) roomWait(r *http.Request) roomWait {
	patience := longestRoom
	if wait, said := waitIn(r.Header); said {
		patience = min(wait, patience)
	}
	return func(ctx context.Context, it *inventory.Item) (found bool, err error) {
		g.await(ctx, []string{it.UID}, patience, func(ctx context.Context, _ string) {
			found, err = g.inv.AwaitRoom(ctx, it)
		})
		return found, err
	}
}
