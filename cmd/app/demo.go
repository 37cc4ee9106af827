package app

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// quiet is the level of a demonstration's log: what it prints is to be read.
const quiet = "error"

func (c *command) demo() *cobra.Command {
	var transition time.Duration
	var names []string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the gateway at work over simulated clouds",
		Long: `Starts six simulated clouds on this machine, each with an estate, and serves
them all through one OCCI endpoint. Nothing of it is kept when it ends.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := simulated(names)
			if err != nil {
				return err
			}
			return c.runDemo(cmd.Context(), chosen, transition)
		},
	}
	// Long enough to be seen, short enough not to bore.
	cmd.Flags().DurationVar(&transition, "transition", 2*time.Second, "time that the simulated clouds take from one state to the next")
	cmd.Flags().StringSliceVar(&names, "clouds", nil, "names of some of the clouds, with commas between them (default: all)")
	return c.serving(cmd, "127.0.0.1:8787", quiet)
}

// runDemo starts the clouds, writes the configuration that a user would, and
// serves it.
func (c *command) runDemo(ctx context.Context, chosen []simulation, transition time.Duration) error {
	dir, err := os.MkdirTemp("", "occigate-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	clouds, err := startClouds(ctx, chosen, transition)
	if err != nil {
		return err
	}
	defer clouds.close()
	file := filepath.Join(dir, "demo.yaml")
	if err := os.WriteFile(file, []byte(demoConfiguration(dir, clouds)), 0o600); err != nil {
		return err
	}
	cfg, err := c.load(file)
	if err != nil {
		return err
	}
	cfg.Log.Level = cmp.Or(c.logLevel, quiet)
	return c.start(ctx, cfg, func(h *house) { c.invite(h, clouds) })
}

// demoConfiguration is the file that a user of these clouds would write.
func demoConfiguration(dir string, clouds *running) string {
	return fmt.Sprintf(`
store: {embedded: {path: %q}}
refresh: {servers: 5s, volumes: 5s, networks: 5s, addresses: 5s, catalogue: 60s, fast: 500ms, least: 500ms}
prices: {samples: true}
accounts:%s
`, filepath.Join(dir, "occigate.db"), clouds.accounts.String())
}

// invite prints what to try, all of it at the last of the clouds.
func (c *command) invite(h *house, clouds *running) {
	var rows strings.Builder
	for _, s := range clouds.chosen {
		fmt.Fprintf(&rows, "  %-9s%-15s%s\n", s.account, s.title, clouds.urls[s.account])
	}
	last := clouds.chosen[len(clouds.chosen)-1]
	fmt.Fprint(c.stdout, strings.NewReplacer(
		"VERSION", Version, "URL", h.url(), "ROWS", rows.String(), "ACCOUNT", last.account, "LAST", last.title, "FAULTS", clouds.urls[last.account],
	).Replace(invitation))
}

const invitation = `occigate VERSION: simulated clouds behind one OCCI endpoint

  URL/

ROWS
Try, in another terminal:

  curl URL/compute/
  curl -H 'Accept: application/occi+json' URL/compute/
  curl URL/clouds

Make a machine at LAST; stop, start and delete it at its Location:

  curl -i URL/compute/ -H 'Content-Type: application/occi+json' -d '{
    "kind": "http://schemas.ogf.org/occi/infrastructure#compute", "title": "my first",
    "mixins": ["http://schemas.occigate.org/occi/infrastructure/cloud#ACCOUNT"]}'
  curl -X POST "$LOCATION?action=stop"

See what a machine costs everywhere, and what all of these cost by the hour
(the prices are samples, and invented; in a checkout: go run ./cmd/occigate ...):

  occigate quote --url URL --cores 2 --memory 4GiB --disk 40GiB
  occigate cost --url URL

Let the gateway put one where it is cheapest; X-Occigate-Quote says why:

  curl -i URL/compute/ -H 'Content-Type: application/occi+json' -d '{
    "kind": "http://schemas.ogf.org/occi/infrastructure#compute", "title": "cheapest",
    "mixins": ["http://schemas.occigate.org/occi/infrastructure#placement",
               "http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#small"],
    "attributes": {"org.occigate.placement.image": "debian", "org.occigate.placement.maxprice": 0.02}}'

Let LAST hang, and see that the list still answers and, after some 20
seconds, says so in its headers:

  curl -X PUT -d '[{"kind":"hang"}]' FAULTS/_faults
  curl -I URL/compute/

Ctrl-C ends it.
`
