package app

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"occigate/gateway/broker/libcloud"
	"occigate/gateway/broker/ratecard"
	"occigate/gateway/broker/tariff"
)

func (c *command) importPrices() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Make rate cards of price files of others", Args: cobra.NoArgs}
	cmd.AddCommand(c.importLibcloud())
	return cmd
}

func (c *command) importLibcloud() *cobra.Command {
	var dir, currency string
	var missing bool
	cmd := &cobra.Command{
		Use:   "libcloud FILE",
		Short: "Read the pricing.json of Apache Libcloud",
		Long: `Reads the pricing.json of Apache Libcloud, says what it holds, and with --to
writes a rate card for each cloud and region of it. A price of 0.0 is one that
nobody knew: it is reported as missing and never becomes a price.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := libcloud.Load(args[0], tariff.Currency(currency))
			if err != nil {
				return err
			}
			if missing {
				for _, m := range found.Missing {
					fmt.Fprintf(c.stdout, "missing: %s: %s\n", m.Place, m.Why)
				}
			}
			return c.imported(found, dir)
		},
	}
	cmd.Flags().StringVar(&dir, "to", "", "folder for the rate cards (default: none are written)")
	cmd.Flags().StringVar(&currency, "currency", "USD", "of the file, which does not say")
	cmd.Flags().BoolVar(&missing, "missing", false, "list every row without a price")
	return cmd
}

func (c *command) imported(found *libcloud.Import, dir string) error {
	t := c.newTable("cloud", "region", "prices", "updated", "rate card")
	for _, f := range found.Tariffs {
		card := ""
		if dir != "" {
			var err error
			if card, err = writeCard(dir, f); err != nil {
				return err
			}
		}
		t.AppendRow(table.Row{f.Scope().Provider, f.Scope().Region, len(f.Prices()), f.ObservedAt().Format(time.DateOnly), card})
	}
	t.Render()
	fmt.Fprintf(c.stdout, "%d rows; %d without a price, of which %d are 0.0; %d groups that are no prices of sizes\n",
		found.Rows, len(found.Missing), found.Zeros, len(found.Skipped))
	return nil
}

// writeCard writes the hourly prices of sizes as a rate card, and reads it again
// before it is left there.
func writeCard(dir string, t *tariff.Tariff) (path string, err error) {
	name := strings.Trim(strings.Join([]string{t.Scope().Provider, t.Scope().Region}, "-"), "-")
	path = filepath.Join(dir, strings.Map(plainName, name)+".csv")
	var text strings.Builder
	w := csv.NewWriter(&text)
	rows := [][]string{{"#provider", t.Scope().Provider}, {"#observed", t.ObservedAt().Format(time.RFC3339)}}
	if region := t.Scope().Region; region != "" {
		rows = append(rows, []string{"#region", region})
	}
	rows = append(rows, []string{"meter", "size", "os", "unit", "price", "currency"})
	for _, p := range t.Prices() {
		price := p.UnitPrice()
		rows = append(rows, []string{"compute", p.Size, p.OS, string(p.Unit), price.Decimal().String(), string(price.Currency())})
	}
	if err := w.WriteAll(rows); err != nil {
		return "", err
	}
	if _, err := ratecard.Parse(path, []byte(text.String()), time.Now()); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text.String()), 0o600)
}

// plainName keeps a file's name to harmless characters.
func plainName(r rune) rune {
	if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}
