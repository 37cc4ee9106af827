//go:build chaos

package chaos_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"occigate/test/servers"
)

func quoted(all []*servers.RedisServer) string {
	return `"` + strings.Join(servers.Addresses(all), `", "`) + `"`
}

// TestSentinel kills the master of a Sentinel set: its replica takes over, and
// with it all that has reached it.
func TestSentinel(t *testing.T) {
	set := servers.RedisSentinel(t, "--appendonly", "yes", "--appendfsync", "everysec")
	w := newWorld(t, fmt.Sprintf("{redis: {addresses: [%s], sentinel_master: %s}}", quoted(set.Sentinels), set.Name), 0, 0)
	w.during("failed over by Sentinel", func(t *testing.T) {
		old, replica := set.Nodes[0], set.Nodes[1]
		set.KillMaster(t)
		began := time.Now()
		servers.Eventually(t, "the replica is master", func() bool { return set.Master() == replica })
		t.Logf("failed over after %.1f s", time.Since(began).Seconds())
		w.takesCreates(t)
		old.Restart() // as a replica, the Sentinels see to that
	})
}

// TestCluster kills the nodes of a Redis Cluster: one whose replica takes over,
// and one that comes back.
func TestCluster(t *testing.T) {
	nodes := servers.RedisCluster(t, "--appendonly", "yes", "--appendfsync", "everysec")
	replica := servers.RedisClusterReplica(t, nodes[0], "--appendonly", "yes", "--appendfsync", "everysec")
	w := newWorld(t, fmt.Sprintf("{redis: {addresses: [%s], cluster: true}}", quoted(nodes)), 0, 0)
	w.during("a master killed and its replica in its place", func(t *testing.T) {
		nodes[0].Kill()
		servers.Eventually(t, "the replica is master", func() bool {
			role, err := replica.Do("ROLE")
			return err == nil && strings.Contains(fmt.Sprint(role), "master")
		})
		w.takesCreates(t)
	})
	w.during("a master restarted", func(t *testing.T) {
		nodes[1].Kill()
		time.Sleep(time.Second)
		nodes[1].Restart()
		w.takesCreates(t)
	})
}

// takesCreates waits until every gateway creates machines at every cloud again.
func (w *world) takesCreates(t *testing.T) {
	t.Helper()
	began := time.Now()
	for _, g := range w.gates {
		for _, c := range w.clouds {
			servers.Eventually(t, "creates are taken again", func() bool {
				a, err := w.create(g, c)
				return err == nil && a.status == 201
			})
		}
	}
	t.Logf("all gateways create at all clouds again after %.1f s", time.Since(began).Seconds())
}
