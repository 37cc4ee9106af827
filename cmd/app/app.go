// Package app is the command line and the wiring of the whole program: one file
// for each subcommand. It alone reads the environment, and it is the one place
// that knows every other package; tests start the program here.
package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"occigate/config"
	"occigate/providers"
)

// Version is the version of the program.
const Version = "0.1.0"

// command is what every subcommand gets.
type command struct {
	clock          providers.Clock
	env            map[string]string
	stdout, stderr io.Writer
	listen         string // --listen, "" when not given
	logLevel       string // --log-level, "" when not given
}

// Run carries out one command line. env are the environment's variables, of
// which those that begin with OCCIGATE_ count. It returns when the command is
// done or, after ctx has ended, when everything that it started has ended.
func Run(ctx context.Context, args []string, env map[string]string, stdout, stderr io.Writer) error {
	return RunAt(ctx, providers.SystemClock{}, args, env, stdout, stderr)
}

// RunAt is Run by another clock than the machine's, for tests of clocks that are
// wrong.
func RunAt(ctx context.Context, clock providers.Clock, args []string, env map[string]string, stdout, stderr io.Writer) error {
	c := &command{clock: clock, env: env, stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:           "occigate",
		Short:         "Many clouds behind one OCCI interface",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() }, // or cobra helps on unknown commands, and succeeds
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(c.demo(), c.serve(), c.check(), c.hash(), c.prices(), c.quote(), c.cost(), c.version())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	})
	root.SetArgs(append([]string{}, args...)) // nil would mean the process's own
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// noCommand takes no word: one is a command that there is not.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("there is no command %q: see %s help", args[0], cmd.Name())
}

// unused are the environment's variables that a configuration does not use, nor any
// command.
func unused(cfg *config.Config) []string {
	own := []string{envURL, envToken, envPassword}
	return slices.DeleteFunc(slices.Clone(cfg.Unused), func(name string) bool { return slices.Contains(own, name) })
}

// Environment makes a map of "NAME=value" lines.
func Environment(lines []string) map[string]string {
	env := make(map[string]string, len(lines))
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return env
}

// serving adds the flags of commands that serve, with what holds without them.
func (c *command) serving(cmd *cobra.Command, listen, level string) *cobra.Command {
	cmd.Flags().StringVar(&c.listen, "listen", "", "address to listen on, HOST:PORT (default: "+listen+")")
	cmd.Flags().StringVar(&c.logLevel, "log-level", "", "debug, info, warn or error (default: "+level+")")
	return cmd
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(c.stdout, "occigate", Version, "OCCI/1.1 OCCI/1.2")
			return err
		},
	}
}
