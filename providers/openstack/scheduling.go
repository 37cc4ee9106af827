package openstack

import (
	"context"
	"slices"
	"strings"

	"occigate/providers"
)

// roomless is how the fault of a server begins that Nova has accepted and found no
// room for (nova/exception.py).
var roomless = []string{
	"No valid host was found", // NoValidHost
	"Quota exceeded for",      // TooManyInstances: other creates at the same time were faster
}

// Scheduling reads the server: one call. Nova has a host once the task is no more
// "scheduling", though that host may fail to start the server and Nova then look
// for another one: what comes of that is told by the server's state alone.
func (p *Provider) Scheduling(ctx context.Context, id string) (providers.Scheduling, error) {
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return providers.Scheduling{}, err
	}
	s := providers.Scheduling{Over: row.Status != "BUILD" || row.Task != "scheduling"}
	begins := func(words string) bool { return strings.HasPrefix(row.Fault.Message, words) }
	if row.Status == "ERROR" && row.Launched == nil && slices.ContainsFunc(roomless, begins) {
		s.Refusal = providers.Errorf(providers.ErrQuota, "scheduling", "%s", strings.TrimSpace(row.Fault.Message))
	}
	return s, nil
}
