package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"
)

// wishFlags are the flags of a wish, as they are written.
type wishFlags struct {
	cores, hours, egress, addresses int64
	memory, disk, near, most        string
	arch, image, os                 string
	category, currency              string
	clouds, accounts, regions       []string
	all                             bool
	number                          int
}

func (c *command) quote() *cobra.Command {
	a, w := &asking{command: c}, &wishFlags{}
	cmd := &cobra.Command{
		Use:     "quote",
		Short:   "Compare what a machine costs at all clouds",
		Example: "  occigate quote --cores 2 --memory 4GiB --disk 40GiB --addresses 1 --currency USD",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.quote(cmd, w) },
	}
	f := cmd.Flags()
	f.Int64Var(&w.cores, "cores", 0, "at least so many")
	f.StringVar(&w.memory, "memory", "", "at least so much, as 4GiB or 512MiB")
	f.StringVar(&w.disk, "disk", "", "in all, as 40GiB")
	f.StringVar(&w.arch, "architecture", "", "x86 or x64")
	f.StringVar(&w.image, "image", "", `words of an image's name, as "debian 12"`)
	f.StringVar(&w.os, "os", "", "whose licence is in the price: linux or windows")
	f.Int64Var(&w.hours, "hours", 0, "that it runs a month (default 730)")
	f.Int64Var(&w.egress, "egress", 0, "GB a month to the internet")
	f.Int64Var(&w.addresses, "addresses", 0, "public ones")
	f.StringSliceVar(&w.clouds, "cloud", nil, "only these")
	f.StringSliceVar(&w.accounts, "account", nil, "only these, by uid")
	f.StringSliceVar(&w.regions, "region", nil, "only these")
	f.StringVar(&w.near, "near", "", "LATITUDE,LONGITUDE,KM: only within so many kilometres")
	f.StringVar(&w.most, "max-price-hour", "", "the most that an hour may cost, in the currency")
	f.StringVar(&w.category, "category", "", "Standard (default), Committed, Dynamic or Other")
	f.StringVar(&w.currency, "currency", "", "of the sums (default: the gateway's)")
	f.BoolVar(&w.all, "all", false, "all candidates, not the best 20")
	f.IntVar(&w.number, "number", 1000, "with --all: how many at most")
	return a.flags(cmd)
}

// body is the wish as a gateway reads it. Numbers are handed on as they are
// written.
func (w *wishFlags) body() ([]byte, error) {
	doc := map[string]any{}
	for name, n := range map[string]int64{"cores": w.cores, "hours": w.hours, "egress": w.egress, "addresses": w.addresses} {
		if n != 0 {
			doc[name] = n
		}
	}
	for name, text := range map[string]string{
		"architecture": w.arch, "image": w.image, "os": w.os, "category": w.category, "currency": w.currency,
	} {
		if text != "" {
			doc[name] = text
		}
	}
	for name, list := range map[string][]string{"clouds": w.clouds, "accounts": w.accounts, "regions": w.regions} {
		if len(list) > 0 {
			doc[name] = list
		}
	}
	for name, text := range map[string]string{"memory": w.memory, "disk": w.disk} {
		if text == "" {
			continue
		}
		gib, err := gibibytes(text)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", name, err)
		}
		doc[name] = gib
	}
	if w.most != "" {
		if _, err := decimal.NewFromString(w.most); err != nil {
			return nil, fmt.Errorf("--max-price-hour: %q is no number", w.most)
		}
		doc["max_price_hour"] = json.Number(w.most)
	}
	if w.near != "" {
		circle, err := circleOf(w.near)
		if err != nil {
			return nil, err
		}
		doc["near"] = circle
	}
	return json.Marshal(doc)
}

// gibibytes reads 4GiB, 512MiB or a plain number of GiB.
func gibibytes(text string) (json.Number, error) {
	number, inMiB := strings.CutSuffix(text, "MiB")
	number = strings.TrimSpace(strings.TrimSuffix(number, "GiB"))
	d, err := decimal.NewFromString(number)
	if err != nil || strings.ContainsAny(number, "eE") {
		return "", fmt.Errorf("%q is no size, want one such as 4GiB or 512MiB", text)
	}
	if inMiB {
		d = d.DivRound(decimal.New(1024, 0), 20)
	}
	return json.Number(d.String()), nil
}

func circleOf(text string) (map[string]any, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 3 {
		return nil, fmt.Errorf("--near: want LATITUDE,LONGITUDE,KM, not %q", text)
	}
	numbers := make([]json.Number, 3)
	for i, p := range parts {
		d, err := decimal.NewFromString(strings.TrimSpace(p))
		if err != nil {
			return nil, fmt.Errorf("--near: %q is no number", p)
		}
		numbers[i] = json.Number(d.String())
	}
	return map[string]any{"centre": map[string]any{"latitude": numbers[0], "longitude": numbers[1]}, "radius_km": numbers[2]}, nil
}

// quotation is what a table shows of a quote.
type quotation struct {
	Location   string
	Expires    time.Time `json:"expires_at"`
	Comparable int
	Rejected   []struct {
		Reason string
		Count  int
	}
	Candidates []struct {
		Place                         int
		Name, Cloud, Region, Category string
		Size                          struct {
			Name      string
			Cores     int
			MemoryMiB int `json:"memory_mib"`
		}
		Hour, Month *money
		Sample      bool
		Parts       []struct {
			Age     int64 `json:"age_seconds"`
			Problem string
		}
		Why string
	}
}

func (a *asking) quote(cmd *cobra.Command, w *wishFlags) error {
	body, err := w.body()
	if err != nil {
		return err
	}
	path := "/quotes"
	if w.all {
		path += "?" + url.Values{"all": {"true"}, "number": {strconv.Itoa(w.number)}}.Encode()
	}
	var q quotation
	if printed, err := a.ask(cmd.Context(), "POST", path, body, &q); printed || err != nil {
		return err
	}
	a.printQuote(&q)
	return nil
}

func (a *asking) printQuote(q *quotation) {
	t := a.newTable("", "account", "cloud", "region", "size", "cores", "GiB", "an hour", "a month", "price of", "")
	for _, c := range q.Candidates {
		age, note := int64(0), ""
		for _, p := range c.Parts {
			age = max(age, p.Age)
			if p.Problem != "" {
				note = "not renewed: " + p.Problem
			}
		}
		memory := decimal.New(int64(c.Size.MemoryMiB), 0).DivRound(decimal.New(1024, 0), 1)
		t.AppendRow(table.Row{
			c.Place, c.Name, c.Cloud, c.Region, c.Size.Name, c.Size.Cores, memory, c.Hour, c.Month, marked(days(age)+" ago", c.Sample), note,
		})
	}
	t.Render()
	fmt.Fprintf(a.stdout, "%d can be compared", q.Comparable)
	for i, r := range q.Rejected {
		fmt.Fprintf(a.stdout, "%s%d %s", map[bool]string{true: "; rejected: ", false: ", "}[i == 0], r.Count, r.Reason)
	}
	fmt.Fprintln(a.stdout)
	if len(q.Candidates) > 1 {
		fmt.Fprintf(a.stdout, "The first before the second: %s\n", q.Candidates[0].Why)
	}
	fmt.Fprintf(a.stdout, "Good until %s: %s\n", q.Expires.Local().Format(time.TimeOnly), q.Location)
}
