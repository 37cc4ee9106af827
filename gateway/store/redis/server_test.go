package redis_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
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
const patience = 2 * time.Minute

// server is a redis-server of a test's own.
type server struct {
	*servers.RedisServer
	admin *goredis.Client
}

// serve starts a redis-server that keeps nothing on disk, with further options.
func serve(t testing.TB, options ...string) *server {
	t.Helper()
	return administer(t, servers.Redis(t, options...))
}

func administer(t testing.TB, s *servers.RedisServer) *server {
	t.Helper()
	admin := goredis.NewClient(&goredis.Options{Addr: s.Address})
	t.Cleanup(func() { admin.Close() })
	return &server{s, admin}
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

// start gives the suite harnesses on the servers that options lead to, each
// harness with a prefix of its own. masters are those that hold the records.
func start(options redis.Options, masters ...*server) storetest.Start {
	var number atomic.Int64
	return func(t testing.TB) storetest.Harness {
		options := options
		options.Prefix = fmt.Sprint("test", number.Add(1))
		options.FeedLength = storetest.FeedLength
		handle, peer := open(t, options), open(t, options)
		return storetest.Harness{
			Store: handle,
			Peer:  peer,
			Advance: func(d time.Duration) {
				clock := masters[0] // all run on this machine
				end := clock.now(t).Add(d + time.Millisecond)
				eventually(t, "the clock went on", func() bool { return clock.now(t).After(end) })
			},
			Reopen: func() store.Store {
				closeAll(t, handle, peer)
				return open(t, options)
			},
			Flush: func() {
				for _, s := range masters {
					if err := s.admin.FlushAll(context.Background()).Err(); err != nil {
						t.Fatal(err)
					}
				}
			},
		}
	}
}

// tryOpen opens a store that gives a busy machine its time, unless options name
// another time-out.
func tryOpen(options redis.Options) (*redis.Store, error) {
	options.Timeout = cmp.Or(options.Timeout, patience)
	return redis.Open(context.Background(), options)
}

func open(t testing.TB, options redis.Options) *redis.Store {
	t.Helper()
	s, err := tryOpen(options)
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
	server := serve(t)
	storetest.Run(t, start(redis.Options{Addresses: []string{server.Address}}, server))
}

func BenchmarkStore(b *testing.B) {
	server := serve(b)
	storetest.Bench(b, start(redis.Options{Addresses: []string{server.Address}}, server))
}

// steady lets the nodes of a Cluster take none of them for dead because the
// machine is busy.
var steady = []string{"--cluster-node-timeout", fmt.Sprint(patience.Milliseconds())}

// TestStoreCluster runs the suite on a Cluster, which refuses a script or a
// command that touches two slots.
func TestStoreCluster(t *testing.T) {
	nodes := servers.RedisCluster(t, steady...)
	var masters []*server
	for _, n := range nodes {
		masters = append(masters, administer(t, n))
	}
	options := redis.Options{Addresses: servers.Addresses(nodes[:1]), Cluster: true}
	storetest.Run(t, start(options, masters...))
	for _, m := range masters {
		if n := m.admin.DBSize(t.Context()).Val(); n == 0 {
			t.Errorf("%s holds nothing, so that the cluster was not used as one", m.Address)
		}
	}
}

// TestStoreSentinel runs the suite on a master that is found by its Sentinels.
func TestStoreSentinel(t *testing.T) {
	set := servers.RedisSentinel(t)
	options := redis.Options{Addresses: servers.Addresses(set.Sentinels), Master: set.Name}
	storetest.Run(t, start(options, administer(t, set.Nodes[0])))
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
