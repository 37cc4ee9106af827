package app

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"occigate/config"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/ratecard"
)

// priceFlags say which prices are shown.
type priceFlags struct {
	cloud, region, size, meter string
	number                     int
	history                    bool
}

func (c *command) prices() *cobra.Command {
	a, f := &asking{command: c}, &priceFlags{}
	cmd := &cobra.Command{
		Use:   "prices",
		Short: "List where prices come from and how old they are, or single prices",
		Long:  "Lists the tariffs. With --cloud, --region, --size or --meter, and as CSV, it lists the single prices that are in force; with --history those that are no more.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.prices(cmd, f) },
	}
	cmd.Flags().StringVar(&f.cloud, "cloud", "", "prices of this kind of cloud, as ec2")
	cmd.Flags().StringVar(&f.region, "region", "", "prices of this region")
	cmd.Flags().StringVar(&f.size, "size", "", "prices of this size")
	cmd.Flags().StringVar(&f.meter, "meter", "", `prices of this meter, as "Compute Usage"`)
	cmd.Flags().IntVar(&f.number, "number", 1000, "how many prices at most")
	cmd.Flags().BoolVar(&f.history, "history", false, "prices that are no more, those first that were replaced last")
	cmd.AddCommand(c.checkPrices(), c.importPrices())
	return a.flags(cmd)
}

func (c *command) checkPrices() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Read rate cards and print everything that is wrong with them",
		Long:  "Reads rate cards in YAML and CSV, and prints everything that is wrong with file and line. No gateway is asked.",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			return c.checkCards(files)
		},
	}
}

// checkCards prints what is in rate cards, or wrong with them.
func (c *command) checkCards(files []string) error {
	wrong := 0
	for _, file := range files {
		t, err := ratecard.Load(file, time.Now())
		if err != nil {
			wrong++
			fmt.Fprintln(c.stdout, err)
			continue
		}
		fmt.Fprintf(c.stdout, "%s: good, %d prices of %s, said on %s\n",
			file, len(t.Prices()), t.Scope().Provider, t.ObservedAt().Format(time.DateOnly))
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d rate cards cannot be used", wrong, len(files))
	}
	return nil
}

// checkPriceFiles reads the rate cards and exchange rates that a configuration names.
func (c *command) checkPriceFiles(p config.Prices) error {
	var cards []string
	for _, pattern := range p.RateCards {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			found = []string{pattern} // to be told that it is not there
		}
		cards = append(cards, found...)
	}
	err := c.checkCards(cards)
	if p.ExchangeRates == "" {
		return err
	}
	rates, wrong := fx.Load(p.ExchangeRates, time.Now())
	if wrong == nil {
		fmt.Fprintf(c.stdout, "%s: good, exchange rates of %s\n", p.ExchangeRates, rates.Date().Format(time.DateOnly))
	}
	return errors.Join(err, wrong)
}

func (a *asking) tariffs(cmd *cobra.Command) error {
	var list struct {
		Tariffs []struct {
			Name, Cloud, Region, Source, Problem string
			Prices                               int
			Observed                             *time.Time `json:"observed_at"`
			Age                                  int64      `json:"age_seconds"`
			Sample                               bool
		}
		Rates struct {
			Date, Source, Problem string
			Sample                bool
		}
	}
	if printed, err := a.ask(cmd.Context(), "GET", "/tariffs", nil, &list); printed || err != nil {
		return err
	}
	t := a.newTable("tariff", "cloud", "region", "prices", "said on", "age", "problem")
	for _, f := range list.Tariffs {
		day, age := "", ""
		if f.Observed != nil {
			day, age = f.Observed.Format(time.DateOnly), days(f.Age)
		}
		t.AppendRow(table.Row{marked(f.Name, f.Sample), f.Cloud, f.Region, f.Prices, day, age, f.Problem})
	}
	t.Render()
	r := list.Rates
	if r.Date == "" {
		fmt.Fprintln(a.stdout, "No exchange rates.", r.Problem)
		return nil
	}
	fmt.Fprintf(a.stdout, "Exchange rates of %s from %s. %s\n", r.Date, marked(r.Source, r.Sample), r.Problem)
	return nil
}
