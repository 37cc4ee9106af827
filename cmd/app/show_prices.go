package app

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"occigate/gateway/broker/ratecard"
)

// priceFlags say which prices are shown.
type priceFlags struct {
	cloud, region, size, meter string
	number                     int
}

func (c *command) prices() *cobra.Command {
	a, f := &asking{command: c}, &priceFlags{}
	cmd := &cobra.Command{
		Use:   "prices",
		Short: "List where prices come from and how old they are, or single prices",
		Long:  "Lists the tariffs. With --cloud, --region, --size or --meter, and as CSV, it lists the single prices that are in force.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.prices(cmd, f) },
	}
	cmd.Flags().StringVar(&f.cloud, "cloud", "", "prices of this kind of cloud, as ec2")
	cmd.Flags().StringVar(&f.region, "region", "", "prices of this region")
	cmd.Flags().StringVar(&f.size, "size", "", "prices of this size")
	cmd.Flags().StringVar(&f.meter, "meter", "", `prices of this meter, as "Compute Usage"`)
	cmd.Flags().IntVar(&f.number, "number", 1000, "how many prices at most")
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
		},
	}
}

func (f *priceFlags) query() url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"cloud": f.cloud, "region": f.region, "size": f.size, "meter": f.meter} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return q
}

func (a *asking) prices(cmd *cobra.Command, f *priceFlags) error {
	q := f.query()
	if len(q) == 0 && a.output != asCSV {
		return a.tariffs(cmd)
	}
	q.Set("number", strconv.Itoa(f.number))
	var list struct {
		Prices []struct {
			Cloud, Region, Size, OS, Meter, Category, Term, Unit string
			List                                                 *money `json:"list_unit_price"`
			Contracted                                           *money `json:"contracted_unit_price"`
			Zero                                                 string `json:"zero_because"`
			Age                                                  int64  `json:"age_seconds"`
			Sample                                               bool
			TierStart                                            int64 `json:"tier_start"`
		}
	}
	if printed, err := a.ask(cmd.Context(), "GET", "/prices?"+q.Encode(), nil, &list); printed || err != nil {
		return err
	}
	t := a.newTable("cloud", "region", "meter", "size", "os", "category", "price", "for", "price of")
	for _, p := range list.Prices {
		price := p.List
		if p.Contracted != nil {
			price = p.Contracted
		}
		text, unit := price.String(), p.Unit
		if p.Zero != "" {
			text += " (" + p.Zero + ")"
		}
		if p.TierStart > 0 {
			unit += " from " + strconv.FormatInt(p.TierStart, 10)
		}
		t.AppendRow(table.Row{p.Cloud, p.Region, p.Meter, p.Size, p.OS, p.Category + " " + p.Term, text, unit, marked(days(p.Age)+" ago", p.Sample)})
	}
	t.Render()
	return nil
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
