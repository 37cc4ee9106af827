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

// usualRoom is how long a placement waits until a cloud that has accepted a compute
// finds room for it: such clouds need a second or two as a rule.
const usualRoom = 10 * time.Second

// roomWait is the wait of one request, which the client sets with Prefer: wait, within
// the gateway's limit. Neither a client that has gone nor the end of the gateway is
// kept waiting.
func (g *Gateway) roomWait(r *http.Request) roomWait {
	patience := usualRoom
	if wait, said := waitIn(r.Header); said {
		patience = wait
	}
	patience = min(patience, g.o.Wait)
	return func(ctx context.Context, it *inventory.Item) (found bool, err error) {
		g.await(ctx, []string{it.UID}, patience, func(ctx context.Context, _ string) {
			found, err = g.inv.AwaitRoom(ctx, it)
		})
		return found, err
	}
}
