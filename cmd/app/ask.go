package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// asking is what commands have that ask a gateway which runs.
type asking struct {
	*command
	url    string
	user   string
	output string
}

// The forms in which commands print what a gateway says. Tables have no colours.
const (
	asTable = "table"
	asJSON  = "json"
	asCSV   = "csv"
)

// The variables of the environment that commands which ask read by themselves.
const (
	envURL      = "OCCIGATE_URL"
	envToken    = "OCCIGATE_TOKEN"
	envPassword = "OCCIGATE_PASSWORD"
)

// accepts is the media type that is asked for, by form.
var accepts = map[string]string{asTable: "application/json", asJSON: "application/json", asCSV: "text/csv"}

const askTimeout = 30 * time.Second

// flags adds those of every command that asks.
func (a *asking) flags(cmd *cobra.Command) *cobra.Command {
	f := cmd.Flags()
	f.StringVar(&a.url, "url", cmp.Or(a.env[envURL], "http://127.0.0.1:8787"), "of the gateway; by default what "+envURL+" says, if it is set")
	f.StringVar(&a.user, "user", "", "name of a user; the password is OCCIGATE_PASSWORD. Or set OCCIGATE_TOKEN")
	f.StringVarP(&a.output, "output", "o", asTable, "table, json, or csv with the column names of FOCUS")
	cmd.Long = strings.TrimSpace(cmd.Long + "\n\nAsks the gateway that runs at --url; no cloud is called.")
	return cmd
}

// ask sends a request, and prints the answer unless a table is wanted: then it is
// decoded into a value.
func (a *asking) ask(ctx context.Context, method, path string, body []byte, into any) (printed bool, err error) {
	accept, known := accepts[a.output]
	if !known {
		return false, fmt.Errorf("--output: want table, json or csv, not %q", a.output)
	}
	base, err := url.Parse(a.url)
	if err != nil || base.Host == "" {
		return false, fmt.Errorf("--url: want one such as http://127.0.0.1:8787, not %q", a.url)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.url, "/")+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Accept", accept)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	a.identify(req)
	text, err := answered(req)
	if err != nil {
		return false, err
	}
	if a.output != asTable {
		_, err := a.stdout.Write(text)
		return true, err
	}
	return false, json.Unmarshal(text, into)
}

// identify says who asks.
func (a *asking) identify(req *http.Request) {
	switch token := a.env[envToken]; {
	case a.user != "":
		req.SetBasicAuth(a.user, a.env[envPassword])
	case token != "":
		req.Header.Set("Authorization", "Bearer "+token)
	}
}

// answered gives the body of a good answer; of another one an error with what the
// gateway says.
func answered(req *http.Request) ([]byte, error) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("is a gateway running there? %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the gateway answers %s: %s", resp.Status, said(text))
	}
	return text, nil
}

// said is the message of a problem.
func said(text []byte) string {
	var problem struct {
		Error   struct{ Message string }
		Message string
	}
	if err := json.Unmarshal(text, &problem); err == nil {
		if m := strings.TrimSpace(problem.Message + problem.Error.Message); m != "" {
			return m
		}
	}
	return strings.TrimSpace(string(text))
}

// newTable is one that is printed to the command's output.
func (c *command) newTable(columns ...any) table.Writer {
	w := table.NewWriter()
	w.SetOutputMirror(c.stdout)
	w.SetStyle(table.StyleLight)
	w.AppendHeader(columns)
	return w
}

// money is an amount as a gateway writes it; nil is not known.
type money struct{ Amount, Currency string }

func (m *money) String() string {
	if m == nil {
		return "unknown"
	}
	return m.Amount + " " + m.Currency
}

// days is an age in words.
func days(seconds int64) string {
	switch d := time.Duration(seconds) * time.Second; {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", seconds/86400)
}

// marked marks what was invented for trying things out.
func marked(text string, sample bool) string {
	if sample {
		return text + " (sample)"
	}
	return text
}
