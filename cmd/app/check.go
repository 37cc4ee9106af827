package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"occigate/config"
	"occigate/providers"
	"occigate/providers/registry"
)

// checkTimeout bounds the check of one account, so that a cloud that hangs is
// a row of the table and not a table that never comes.
const checkTimeout = 30 * time.Second

// finding is what the check of one account found.
type finding struct {
	account  config.Account
	reached  bool
	servers  int
	images   int
	took     time.Duration
	problem  error
	identity providers.Identity
}

func (c *command) check() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "check --config FILE",
		Short: "Read a configuration and its price files, and log in to every cloud of it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, c.env)
			if err != nil {
				return err
			}
			for _, name := range unused(cfg) {
				fmt.Fprintln(c.stderr, "warning: environment variable is used nowhere in the configuration:", name)
			}
			findings := checkAll(cmd.Context(), cfg.Accounts)
			c.print(findings)
			return errors.Join(verdict(findings), c.checkPriceFiles(cfg.Prices))
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration file")
	cobra.CheckErr(cmd.MarkFlagRequired("config"))
	return cmd
}

// checkAll tries all accounts at once.
func checkAll(ctx context.Context, accounts []config.Account) []finding {
	findings := make([]finding, len(accounts))
	var wait sync.WaitGroup
	for i, a := range accounts {
		wait.Go(func() { findings[i] = checkAccount(ctx, a) })
	}
	wait.Wait()
	return findings
}

func checkAccount(ctx context.Context, a config.Account) finding {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	start := time.Now()
	f := finding{account: a}
	f.problem = f.look(ctx)
	f.took = time.Since(start)
	return f
}

// look logs in, and lists what there is.
func (f *finding) look(ctx context.Context) error {
	p, err := registry.Build(f.account.Cloud, f.account.Settings, registry.Options{UID: f.account.UID, Version: Version})
	if err != nil {
		return err
	}
	if f.identity, err = p.Identity(ctx); err != nil {
		return err
	}
	f.reached = true
	servers, err := p.Servers(ctx)
	if err != nil {
		return err
	}
	f.servers = len(servers)
	catalogue, err := p.Catalogue(ctx)
	f.images = len(catalogue.Images)
	return err
}

func (c *command) print(findings []finding) {
	w := table.NewWriter()
	w.SetOutputMirror(c.stdout)
	w.SetStyle(table.StyleLight)
	w.AppendHeader(table.Row{"account", "cloud", "reachable", "as", "servers", "images", "ms", "problem"})
	for _, f := range findings {
		row := table.Row{f.account.Name, f.account.Cloud, "no", "", "", "", f.took.Milliseconds(), ""}
		if f.reached {
			row[2], row[3], row[4], row[5] = "yes", f.identity.Account, f.servers, f.images
		}
		if f.problem != nil {
			row[7] = f.problem.Error()
		}
		w.AppendRow(row)
	}
	w.Render()
}

// verdict is an error when an account failed or there is none.
func verdict(findings []finding) error {
	failed := 0
	for _, f := range findings {
		if f.problem != nil {
			failed++
		}
	}
	switch {
	case len(findings) == 0:
		return errors.New("the configuration has no accounts")
	case failed > 0:
		return fmt.Errorf("%d of %d accounts failed", failed, len(findings))
	}
	return nil
}
