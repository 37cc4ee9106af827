// Command occigate is a gateway that shows many clouds through one OCCI
// endpoint. "occigate demo" shows it at work.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"occigate/cmd/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := app.Run(ctx, os.Args[1:], app.Environment(os.Environ()), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "occigate:", err)
		os.Exit(1)
	}
}
