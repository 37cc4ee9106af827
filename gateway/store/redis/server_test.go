package redis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"occigate/gateway/store"
	"occigate/gateway/store/redis"
	"occigate/gateway/store/storetest"
	"occigate/test/servers"
)

// patience bounds every wait for something that has to happen.
const patience = 20 * time.Second

// server is a redis-server of a test's own.
type server struct {
	address string
	admin   *goredis.Client
	process *os.Process
}

// serve starts a redis-server that keeps nothing on disk, with further options.
func serve(t testing.TB, options ...string) *server {
	t.Helper()
	address, process := servers.Redis(t, options...)
	s := &server{address: address, process: process, admin: goredis.NewClient(&goredis.Options{Addr: address})}
	t.Cleanup(func() { s.admin.Close() })
	s.ready(t)
	return s
}

// ready waits until the server answers.
func (s *server) ready(t testing.TB) {
	t.Helper()
	eventually(t, "the server answers", func() bool {
		return s.admin.Ping(context.Background()).Err() == nil
	})
}

func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("not after %v: %s", patience, what)
		}
	}
}

// now is the server's clock.
func (s *server) now(t testing.TB) time.Time {
	t.Helper()
	now, err := s.admin.Time(context.Background()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// start gives the suite harnesses on a server, each with a prefix of its own.
func (s *server) start(options redis.Options) storetest.Start {
	var number atomic.Int64
	return func(t testing.TB) storetest.Harness {
		options := options
		options.Addresses = []string{s.address}
		options.Prefix = fmt.Sprint("test", number.Add(1))
		options.FeedLength = storetest.FeedLength
		handle, peer := open(t, options), open(t, options)
		return storetest.Harness{
			Store: handle,
			Peer:  peer,
			Advance: func(d time.Duration) {
				end := s.now(t).Add(d + time.Millisecond)
				eventually(t, "the clock went on", func() bool { return s.now(t).After(end) })
			},
			Reopen: func() store.Store {
				closeAll(t, handle, peer)
				return open(t, options)
			},
			Flush: func() {
				if err := s.admin.FlushAll(context.Background()).Err(); err != nil {
					t.Fatal(err)
				}
			},
		}
	}
}

func open(t testing.TB, options redis.Options) *redis.Store {
	t.Helper()
	s, err := redis.Open(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(t, s) })
	return s
}

func closeAll(t testing.TB, all ...*redis.Store) {
	t.Helper()
	for _, s := range all {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStore(t *testing.T) {
	storetest.Run(t, serve(t).start(redis.Options{}))
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, serve(b).start(redis.Options{}))
}

// TestStoreCluster runs the suite on a Cluster of one node, which refuses a
// script or a command that touches two slots as a larger one does.
func TestStoreCluster(t *testing.T) {
	node := serve(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf")
	if err := node.admin.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cluster is ready", func() bool {
		info, err := node.admin.ClusterInfo(t.Context()).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	})
	storetest.Run(t, node.start(redis.Options{Cluster: true}))
}

// file writes a file into a folder of the test.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
