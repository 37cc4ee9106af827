//go:build chaos

package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"occigate/cmd/app"
)

// The test binary is the program too: gateways are started from it, with the
// race detector and a clock of their own.
const (
	asProgram = "CHAOS_PROGRAM" // set: be the program
	clockOff  = "CHAOS_CLOCK"   // how far the program's clock is off
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := program(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "occigate:", err)
		os.Exit(1)
	}
}

func program(ctx context.Context) error {
	off, err := time.ParseDuration(os.Getenv(clockOff))
	if err != nil {
		return err
	}
	return app.RunAt(ctx, clock(off), os.Args[1:], app.Environment(os.Environ()), os.Stdout, os.Stderr)
}

// clock is one that is off by as much as it says.
type clock time.Duration

func (c clock) Now() time.Time { return time.Now().Add(time.Duration(c)) }

// dice gives what is random in a test, and says from which seed.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("CHAOS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("CHAOS_SEED: %v", err)
		}
	}
	t.Logf("CHAOS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// brief takes the short of two figures with -short.
func brief[T any](short, long T) T {
	if testing.Short() {
		return short
	}
	return long
}
