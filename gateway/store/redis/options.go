package redis

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"occigate/gateway/store"
)

// Options are the settings of a store. Addresses is required.
type Options struct {
	// Addresses are host:port: of the server; with Cluster of some of its
	// nodes; with Master of the Sentinels.
	Addresses []string

	Cluster bool   // Redis Cluster; DB has to be 0
	Master  string // name of the master that Sentinels watch
	DB      int

	User     string // ACL user, "" for the default user
	Password string

	SentinelUser     string
	SentinelPassword string

	TLS *tls.Config // nil for plain TCP

	// Prefix begins every key; "occigate" when "". It has no braces.
	Prefix string

	// FeedLength is the number of writes that each shard's feed keeps at
	// least; 10,000 when 0. A reader further behind has to load again. The
	// feeds hold the data of the writes: 16 * FeedLength * size of a record.
	FeedLength int

	// Timeout is the longest that dialling, reading or writing waits; 3 s when 0.
	Timeout time.Duration

	// PoolSize is the number of connections to a node, those of waiting readers
	// apart; 10 for each processor when 0.
	PoolSize int
}

// String leaves the passwords out, so that options can be logged.
func (o Options) String() string {
	return fmt.Sprintf("redis %s db %d cluster %t master %q user %q prefix %q",
		strings.Join(o.Addresses, ","), o.DB, o.Cluster, o.Master, o.User, o.Prefix)
}

// GoString is String, for %#v.
func (o Options) GoString() string { return o.String() }

func (o Options) withDefaults() Options {
	o.Prefix = cmp.Or(o.Prefix, "occigate")
	o.FeedLength = cmp.Or(o.FeedLength, 10_000)
	o.Timeout = cmp.Or(o.Timeout, 3*time.Second)
	return o
}

// check finds settings that contradict each other.
func (o Options) check() error {
	switch {
	case len(o.Addresses) == 0:
		return errors.New("redis: no address")
	case o.Cluster && o.Master != "":
		return errors.New("redis: cluster and master exclude each other")
	case o.Cluster && o.DB != 0:
		return errors.New("redis: a cluster has no db but 0")
	case len(o.Addresses) > 1 && !o.Cluster && o.Master == "":
		return errors.New("redis: several addresses need cluster or master")
	case strings.ContainsAny(o.Prefix, "{}"):
		return fmt.Errorf("redis: braces in the prefix %q", o.Prefix)
	}
	return nil
}

// client makes a client with a pool of this size.
func (o Options) client(poolSize int) redis.UniversalClient {
	options := &redis.UniversalOptions{
		Addrs:            o.Addresses,
		IsClusterMode:    o.Cluster,
		MasterName:       o.Master,
		DB:               o.DB,
		Username:         o.User,
		Password:         o.Password,
		SentinelUsername: o.SentinelUser,
		SentinelPassword: o.SentinelPassword,
		TLSConfig:        o.TLS,

		ContextTimeoutEnabled: true, // else deadlines are not looked at
		DialTimeout:           o.Timeout,
		ReadTimeout:           o.Timeout,
		WriteTimeout:          o.Timeout,
		DialerRetries:         1,
		MaxRetries:            1, // every call can be repeated without harm
		PoolSize:              poolSize,
		PipelinePoolSize:      -1, // no second pool

		// Neither is needed, and proxies and old servers refuse them.
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if !o.Cluster {
		return redis.NewUniversalClient(options)
	}
	cluster := options.Cluster()
	cluster.ClusterStateReloadInterval = reloadCluster
	return redis.NewClusterClient(cluster)
}

// reloadCluster is how old what is known of a Cluster's nodes may be. Of a node
// that died the client learns in no other way that a replica has its place; by
// default that takes a minute.
const reloadCluster = 2 * time.Second

// readers is the number of connections for readers that wait: one for each
// shard, and as many again for calls whose caller left before they ended.
const readers = 2 * store.Shards
