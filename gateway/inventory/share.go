package inventory

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
)

// share deals accounts out to gateways, given which accounts each of them
// serves: evenly, so that none has more than its part, and by rendezvous hashing
// within that, so that few accounts move when a gateway comes or goes. Every
// gateway that knows the same works out the same. The accounts that nobody
// serves are left out.
func share(serves map[string][]string) (holder map[string]string) {
	servers, gateways := map[string][]string{}, 0
	for gateway, uids := range serves {
		gateways += min(len(uids), 1)
		for _, uid := range uids {
			servers[uid] = append(servers[uid], gateway)
		}
	}
	order := slices.SortedFunc(maps.Keys(servers), func(a, b string) int { // who has no choice first
		return cmp.Or(cmp.Compare(len(servers[a]), len(servers[b])), cmp.Compare(a, b))
	})
	most := (len(servers) + gateways - 1) / max(1, gateways)
	has, holder := map[string]int{}, map[string]string{}
	for _, uid := range order {
		best := slices.MinFunc(servers[uid], func(a, b string) int {
			return cmp.Or(
				cmp.Compare(max(has[a], most-1), max(has[b], most-1)), // who has room is as good as another
				cmp.Compare(weight(b, uid), weight(a, uid)),
				cmp.Compare(a, b),
			)
		})
		has[best]++
		holder[uid] = best
	}
	return holder
}

// weight is how much a gateway is meant for an account: as good as random, and
// the same everywhere.
func weight(gateway, uid string) uint64 {
	sum := sha256.Sum256([]byte(gateway + "\x00" + uid))
	return binary.BigEndian.Uint64(sum[:])
}
