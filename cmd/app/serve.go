package app

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"occigate/config"
)

func (c *command) serve() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Serve the clouds of a configuration file",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.load(file)
			if err != nil {
				return err
			}
			return c.start(cmd.Context(), cfg, c.announce)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration file (see config/example.yaml)")
	cobra.CheckErr(cmd.MarkFlagRequired("config"))
	return c.serving(cmd, "that of the configuration", "that of the configuration")
}

// load reads a configuration and lays the flags over it.
func (c *command) load(file string) (*config.Config, error) {
	cfg, err := config.Load(file, c.env)
	if err != nil {
		return nil, err
	}
	if c.logLevel != "" {
		cfg.Log.Level = c.logLevel
	}
	if c.listen != "" {
		cfg.Listen = c.listen
		if err := guarded(cfg); err != nil {
			return nil, fmt.Errorf("--listen %s: %w", c.listen, err)
		}
	}
	return cfg, nil
}

// guarded refuses to serve other machines without users.
func guarded(cfg *config.Config) error {
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); len(cfg.Users) > 0 || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("without users in the configuration only a loopback address may be listened on")
}

// start builds the program, tells that it is there, and runs it.
func (c *command) start(ctx context.Context, cfg *config.Config, tell func(*house)) error {
	log, err := newLog(cfg.Log, c.stderr)
	if err != nil {
		return err
	}
	for _, name := range unused(cfg) {
		log.Warn("environment variable is used nowhere in the configuration: " + name)
	}
	h, err := c.build(ctx, cfg, log)
	if err != nil {
		return err
	}
	tell(h)
	return h.run(ctx)
}

func (c *command) announce(h *house) {
	fmt.Fprintf(c.stdout, "occigate %s serves OCCI at %s/ for %d accounts\n", Version, h.url(), len(h.config.Accounts))
	if len(h.config.Users) == 0 {
		fmt.Fprintln(c.stdout, "No users are configured: everybody on this machine may use it, and nobody else.")
	}
}
