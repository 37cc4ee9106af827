package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisServer is a redis-server of a test's own.
type RedisServer struct {
	*Program
	Address string // host:port
}

// Redis starts a redis-server with further options and returns once it answers.
// It keeps nothing on disk, unless options say so.
func Redis(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	address := Address(t)
	s := &RedisServer{Address: address, Program: redisProgram(t, append([]string{
		"--bind", "127.0.0.1", "--port", portOf(address), "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
	}, options...)...)}
	s.ready()
	return s
}

// redisProgram runs redis-server with only the given arguments.
func redisProgram(t testing.TB, args ...string) *Program {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is missing; install it: apt-get install redis-server")
	}
	return Start(t, nil, binary, args...)
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// Restart starts the server again after Kill, at its address and in its folder,
// and returns once it answers.
func (s *RedisServer) Restart() {
	s.t.Helper()
	s.Program.Restart()
	s.ready()
}

func (s *RedisServer) ready() {
	s.t.Helper()
	Eventually(s.t, "redis-server answers", func() bool {
		_, err := s.Do("PING")
		return err == nil || strings.HasPrefix(err.Error(), "NOAUTH")
	})
}

// Do sends a command to the server itself.
func (s *RedisServer) Do(args ...any) (any, error) { return redisDo(s.Address, patience, args...) }

// redisDo sends a command, and waits no longer than limit for each of connection
// and answer.
func redisDo(address string, limit time.Duration, args ...any) (any, error) {
	client := redis.NewClient(&redis.Options{
		Addr: address, MaxRetries: -1, DialerRetries: 1, DialTimeout: limit, ReadTimeout: limit,
	})
	defer client.Close()
	return client.Do(context.Background(), args...).Result()
}

// probe is how long one of several tries may take.
const probe = 5 * time.Second

// says reports whether the answer to a command holds a text.
func says(address, text string, args ...any) bool {
	answer, err := redisDo(address, probe, args...)
	return err == nil && strings.Contains(fmt.Sprint(answer), text)
}

// masters is the number of nodes of a Cluster.
const masters = 3

// slots is the number of hash slots of every Redis Cluster.
const slots = 16384

// RedisCluster starts a Redis Cluster of three masters, with further options,
// and returns its nodes once each serves its third of the slots.
func RedisCluster(t testing.TB, options ...string) []*RedisServer {
	t.Helper()
	nodes, buses := make([]*RedisServer, masters), make([]string, masters)
	for i := range nodes {
		nodes[i], buses[i] = clusterNode(t, options)
	}
	for i, n := range nodes {
		_, err := n.Do("CLUSTER", "ADDSLOTSRANGE", slots*i/masters, slots*(i+1)/masters-1)
		_, err2 := n.Do("CLUSTER", "SET-CONFIG-EPOCH", i+1) // or they have to argue about who has which
		_, err3 := nodes[0].Do("CLUSTER", "MEET", "127.0.0.1", portOf(n.Address), buses[i])
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
	}
	Eventually(t, "every node of the cluster knows the others", func() bool {
		for _, n := range nodes {
			if !says(n.Address, "cluster_state:ok", "CLUSTER", "INFO") || !says(n.Address, fmt.Sprint("cluster_size:", masters), "CLUSTER", "INFO") {
				return false
			}
		}
		return true
	})
	return nodes
}

// clusterNode starts a node that knows no other, and gives the port of its bus.
func clusterNode(t testing.TB, options []string) (node *RedisServer, bus string) {
	t.Helper()
	bus = portOf(Address(t)) // its default is port+10000, which may not exist
	return Redis(t, append([]string{
		"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
		"--cluster-port", bus, "--cluster-node-timeout", "2000",
	}, options...)...), bus
}

// RedisClusterReplica adds a replica of a node to its Cluster, with further
// options, and returns once it has all that the node has. It takes the node's
// place when that does not answer for two seconds.
func RedisClusterReplica(t testing.TB, of *RedisServer, options ...string) *RedisServer {
	t.Helper()
	replica, bus := clusterNode(t, append([]string{"--repl-diskless-sync-delay", "0"}, options...))
	id, err := of.Do("CLUSTER", "MYID")
	_, err2 := of.Do("CLUSTER", "MEET", "127.0.0.1", portOf(replica.Address), bus)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the new node becomes a replica", func() bool {
		_, err := replica.Do("CLUSTER", "REPLICATE", id)
		return err == nil
	})
	Eventually(t, "the replica follows and every node knows it", func() bool {
		return says(replica.Address, "master_link_status:up", "INFO", "replication") &&
			says(of.Address, portOf(replica.Address), "CLUSTER", "NODES") &&
			says(replica.Address, "cluster_state:ok", "CLUSTER", "INFO")
	})
	return replica
}

// Addresses are those of some servers.
func Addresses(all []*RedisServer) []string {
	addresses := make([]string, len(all))
	for i, s := range all {
		addresses[i] = s.Address
	}
	return addresses
}

// SentinelSet is a master with a replica, watched by three Sentinels.
type SentinelSet struct {
	Name      string         // of the master, as clients ask the Sentinels for it
	Nodes     []*RedisServer // first the one that is master at the start
	Sentinels []*RedisServer
}

// RedisSentinel starts a SentinelSet, with further options for master and
// replica, and returns once the Sentinels know each other and the replica. They
// replace the master only after KillMaster: a busy machine may well keep one
// silent for as long as a test wants to wait.
func RedisSentinel(t testing.TB, options ...string) *SentinelSet {
	t.Helper()
	options = append([]string{"--repl-diskless-sync-delay", "0"}, options...)
	master := Redis(t, options...)
	replica := Redis(t, append(options, "--replicaof", "127.0.0.1 "+portOf(master.Address))...)
	set := &SentinelSet{Name: "gates", Nodes: []*RedisServer{master, replica}}
	for range 3 {
		set.Sentinels = append(set.Sentinels, set.sentinel(t))
	}
	Eventually(t, "the replica follows", func() bool {
		return says(replica.Address, "master_link_status:up", "INFO", "replication")
	})
	Eventually(t, "the Sentinels know each other and the replica", func() bool {
		for _, s := range set.Sentinels {
			answer, err := s.Do("SENTINEL", "MASTER", set.Name)
			known, _ := answer.(map[any]any)
			if err != nil || known["num-other-sentinels"] != "2" || known["num-slaves"] != "1" || known["flags"] != "master" {
				return false
			}
		}
		return true
	})
	return set
}

// sentinel starts one Sentinel; it writes what it learns into its file.
func (set *SentinelSet) sentinel(t testing.TB) *RedisServer {
	t.Helper()
	address := Address(t)
	config := fmt.Sprintf(`bind 127.0.0.1
port %s
sentinel monitor %[2]s 127.0.0.1 %[3]s 2
sentinel down-after-milliseconds %[2]s %[4]d
sentinel failover-timeout %[2]s 5000
`, portOf(address), set.Name, portOf(set.Nodes[0].Address), time.Hour.Milliseconds())
	path := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &RedisServer{Address: address, Program: redisProgram(t, path, "--sentinel")}
	s.ready()
	return s
}

// KillMaster kills the first node, and lets the Sentinels replace a master that
// does not answer for a second from then on.
func (set *SentinelSet) KillMaster(t testing.TB) {
	t.Helper()
	for _, s := range set.Sentinels {
		if _, err := s.Do("SENTINEL", "SET", set.Name, "down-after-milliseconds", 1000); err != nil {
			t.Fatal(err)
		}
	}
	set.Nodes[0].Kill()
}

// Master is the node that all the Sentinels take for the master now; nil while
// they do not agree: one carries out a failover, and tells the others after it.
func (set *SentinelSet) Master() *RedisServer {
	for _, n := range set.Nodes {
		if !slices.ContainsFunc(set.Sentinels, func(s *RedisServer) bool {
			return !says(s.Address, portOf(n.Address), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", set.Name)
		}) {
			return n
		}
	}
	return nil
}
