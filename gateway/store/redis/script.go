package redis

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
)

//go:embed lua/shard.lua
var shardSource string

//go:embed lua/put.lua
var putSource string

//go:embed lua/apply.lua
var applySource string

//go:embed lua/forget.lua
var forgetSource string

//go:embed lua/head.lua
var headSource string

//go:embed lua/acquire.lua
var acquireSource string

//go:embed lua/release.lua
var releaseSource string

//go:embed lua/budget.lua
var budgetSource string

// The scripts, one for each mutation. Redis runs a script whole, and once it has
// begun to write nothing stops it. Each can be run again without harm when its
// answer was lost; a budget is then spent for one call more.
var (
	putScript     = redis.NewScript(shardSource + putSource)
	applyScript   = redis.NewScript(shardSource + applySource)
	forgetScript  = redis.NewScript(shardSource + forgetSource)
	headScript    = redis.NewScript(shardSource + headSource)
	acquireScript = redis.NewScript(acquireSource)
	releaseScript = redis.NewScript(releaseSource)
	budgetScript  = redis.NewScript(budgetSource)
)

// refusals are the words by which scripts refuse.
var refusals = map[string]error{
	"revision": store.ErrRevision,
	"fenced":   store.ErrFenced,
	"held":     store.ErrHeld,
}

// run runs a script and gives what it answers after "ok".
func (s *Store) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (string, error) {
	answer, err := await(ctx, s, func(ctx context.Context) ([]string, error) {
		return script.Run(ctx, s.client, keys, args...).StringSlice()
	})
	switch {
	case err != nil:
		return "", err
	case len(answer) != 2:
		return "", fmt.Errorf("redis: a script answered %q", answer)
	case refusals[answer[0]] != nil:
		return "", fmt.Errorf("%w: it is %q", refusals[answer[0]], answer[1])
	}
	return answer[1], nil
}

// runShard runs a script that begins with shard.lua.
func (s *Store) runShard(ctx context.Context, script *redis.Script, sh shard, keys []string, args ...any) (string, error) {
	call := strconv.FormatUint(rand.Uint64(), 10)
	first := []any{newEpoch(), call, s.options.FeedLength}
	return s.run(ctx, script, append(sh.keys(), keys...), append(first, args...)...)
}
