package app

import (
	"fmt"
	"net/url"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// estate is what a table shows of costs.
type estate struct {
	Total                  sum
	Accounts, Clouds, Tags []sum
	Lines                  []struct {
		Path, Title, Account, Of, State string
		Hour                            *money
		Why                             string `json:"unknown_because"`
	}
}

type sum struct {
	Of              string
	Hour, Month     *money
	Missing         string `json:"missing_rate"`
	Things, Unknown int
	AtLaunch        int `json:"at_launch"`
	Sample          bool
}

func (c *command) cost() *cobra.Command {
	a, currency := &asking{command: c}, ""
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Tell what everything costs by the hour as it stands",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := "/costs"
			if currency != "" {
				path += "?" + url.Values{"currency": {currency}}.Encode()
			}
			var e estate
			if printed, err := a.ask(cmd.Context(), "GET", path, nil, &e); printed || err != nil {
				return err
			}
			a.printCosts(&e)
			return nil
		},
	}
	cmd.Flags().StringVar(&currency, "currency", "", "of the sums (default: the gateway's)")
	return a.flags(cmd)
}

func (a *asking) printCosts(e *estate) {
	t := a.newTable("", "", "an hour", "a month", "things", "at launch price", "unknown")
	row := func(kind string, s sum) {
		t.AppendRow(table.Row{kind, s.Of, marked(s.Hour.String(), s.Sample), s.Month, s.Things, s.AtLaunch, s.Unknown})
	}
	for _, group := range []struct {
		kind string
		sums []sum
	}{{"account", e.Accounts}, {"cloud", e.Clouds}, {"tag", e.Tags}} {
		for _, s := range group.sums {
			row(group.kind, s)
		}
		if len(group.sums) > 0 {
			t.AppendSeparator()
		}
	}
	row("all", e.Total)
	t.Render()
	if e.Total.Missing != "" {
		fmt.Fprintln(a.stdout, "The sum is not known:", e.Total.Missing)
	}
	for _, l := range e.Lines {
		fmt.Fprintf(a.stdout, "unknown: %s of %s %s: %s\n", l.Of, l.Path, l.Title, l.Why)
	}
	if more := e.Total.Unknown - len(e.Lines); more > 0 {
		fmt.Fprintf(a.stdout, "unknown: %d more\n", more)
	}
}
