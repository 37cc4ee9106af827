//go:build chaos

package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"occigate/cmd/app"
	"occigate/test/servers"
)

// The test binary is the program too: gateways are started from it, with the
// race detector and a clock of their own.
const (
	asProgram = "CHAOS_PROGRAM" // set: be the program
	clockFile = "CHAOS_CLOCK"   // the file that says how far the program's clock is off
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

// program runs by a clock that is set as a file says, while it runs too.
func program(ctx context.Context) error {
	clock := &servers.Clock{}
	if err := setBy(os.Getenv(clockFile), clock); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var setting sync.WaitGroup
	defer setting.Wait()
	defer cancel()
	setting.Go(func() {
		for ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond)
			if err := setBy(os.Getenv(clockFile), clock); err != nil {
				fmt.Fprintln(os.Stderr, "the clock:", err)
			}
		}
	})
	return app.RunAt(ctx, clock, os.Args[1:], app.Environment(os.Environ()), os.Stdout, os.Stderr)
}

func setBy(file string, clock *servers.Clock) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	off, err := time.ParseDuration(string(text))
	if err == nil {
		clock.Set(off)
	}
	return err
}

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
