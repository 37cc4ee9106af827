package fx

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"occigate/gateway/broker/tariff"
)

// Load reads the rates at a path. An .xml file is the European Central Bank's
// eurofxref. A .csv file is either the bank's, which begins with "Date", or an
// operator's: "#base,EUR" and "#date,2026-11-20", then "currency,rate" and such
// rows, each the units of a currency for one of the base. Of more than one day,
// the newest counts. now tells which days are still to come.
func Load(path string, now time.Time) (*Table, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("exchange rates: %w", err)
	}
	return Parse(path, text, now)
}

// Parse is Load of a text that is at hand.
func Parse(name string, text []byte, now time.Time) (*Table, error) {
	t := &Table{base: tariff.EUR, source: tariff.SourceOf(name, text), rates: map[tariff.Currency]ratio{}}
	var err error
	switch text = bytes.TrimPrefix(text, []byte("\ufeff")); {
	case filepath.Ext(name) == ".xml":
		err = t.readXML(text)
	case filepath.Ext(name) != ".csv":
		err = errors.New("is no file of rates: its name must end in .xml or .csv")
	case bytes.HasPrefix(text, []byte("Date")):
		err = t.readBankCSV(text)
	default:
		err = t.readOperatorCSV(text)
	}
	switch {
	case err != nil:
	case t.date.IsZero():
		err = errors.New("has no date: a rate without one is of no use")
	case t.date.After(now):
		err = fmt.Errorf("is of %s, which is still to come", t.date.Format(time.DateOnly))
	case len(t.rates) == 0:
		err = errors.New("has no rates")
	default:
		t.rates[t.base] = ratio{1, 1}
		return t, nil
	}
	return nil, fmt.Errorf("exchange rates: %s%w", place(name, err), err)
}

// lineError is a fault in one line.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return e.text }

// place is "FILE:LINE: ", without the line where none is known.
func place(name string, err error) string {
	var at *lineError
	if errors.As(err, &at) {
		return fmt.Sprintf("%s:%d: ", name, at.line)
	}
	return name + ": "
}

// set takes a rate over. A currency of which ISO 4217 knows nothing any more is
// left out of the bank's files, which name some that are gone.
func (t *Table) set(code, rate string, line int) error {
	c, err := tariff.ParseCurrency(strings.TrimSpace(code))
	if err != nil {
		return &lineError{line, err.Error()}
	}
	r, err := parseRate(rate)
	if err != nil {
		return &lineError{line, string(c) + ": " + err.Error()}
	}
	if _, twice := t.rates[c]; twice || c == t.base {
		return &lineError{line, string(c) + " is there twice"}
	}
	t.rates[c] = r
	return nil
}

// envelope is the part of the bank's XML that counts: a cube for each day, with
// one in it for each currency.
type envelope struct {
	Days []struct {
		Time  string `xml:"time,attr"`
		Rates []struct {
			Currency string `xml:"currency,attr"`
			Rate     string `xml:"rate,attr"`
		} `xml:"Cube"`
	} `xml:"Cube>Cube"`
}

func (t *Table) readXML(text []byte) error {
	var e envelope
	if err := xml.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("cannot be read as XML: %w", err)
	}
	newest := -1
	for i, day := range e.Days {
		date, err := parseDay(day.Time)
		if err != nil {
			return err
		}
		if newest < 0 || date.After(t.date) {
			newest, t.date = i, date
		}
	}
	if newest < 0 {
		return errors.New("has no day of rates in it")
	}
	for _, r := range e.Days[newest].Rates {
		if gone(r.Currency) {
			continue
		}
		if err := t.set(r.Currency, r.Rate, 0); err != nil {
			return errors.New(err.Error()) // a line would mean nothing here
		}
	}
	return nil
}

func gone(code string) bool {
	_, err := tariff.ParseCurrency(code)
	return err != nil && len(code) == 3 && strings.ToUpper(code) == code
}

// parseDay reads the two ways in which the bank writes a day.
func parseDay(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.DateOnly, "02 January 2006", "2 January 2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date, want one such as 2026-11-20", text)
}

// readBankCSV reads a row of currencies, and rows of rates that begin with a day.
// "N/A" is no rate of that day.
func (t *Table) readBankCSV(text []byte) error {
	rows, err := readRows(text)
	if err != nil {
		return err
	}
	newest := rows[0]
	for _, r := range rows[1:] {
		day, err := parseDay(r.cells[0])
		if err != nil {
			return &lineError{r.line, err.Error()}
		}
		if day.After(t.date) {
			newest, t.date = r, day
		}
	}
	head := rows[0].cells
	for i := 1; i < len(newest.cells) && i < len(head) && !t.date.IsZero(); i++ {
		code, rate := strings.TrimSpace(head[i]), strings.TrimSpace(newest.cells[i])
		if code == "" || rate == "N/A" || gone(code) {
			continue
		}
		if err := t.set(code, rate, newest.line); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) readOperatorCSV(text []byte) error {
	rows, err := readRows(text)
	if err != nil {
		return err
	}
	named := false
	for _, r := range rows {
		key, value := strings.TrimSpace(r.cells[0]), ""
		if len(r.cells) == 2 {
			value = strings.TrimSpace(r.cells[1])
		}
		switch {
		case value == "":
			err = errors.New("wants two cells")
		case key == "#base":
			t.base, err = tariff.ParseCurrency(value)
		case key == "#date":
			t.date, err = parseDay(value)
		case strings.HasPrefix(key, "#"):
			err = fmt.Errorf("%s is no key here, known are #base and #date", key)
		case key == "currency" && value == "rate":
			named = true
		case !named:
			err = errors.New(`want "currency,rate" before the first rate`)
		default:
			err = t.set(key, value, r.line)
		}
		if err != nil {
			return &lineError{r.line, err.Error()}
		}
	}
	return nil
}

// row is a line of a CSV file.
type row struct {
	line  int
	cells []string
}

func readRows(text []byte) (rows []row, err error) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = -1
	for {
		cells, err := reader.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF) && len(rows) == 0:
			return nil, errors.New("is empty")
		case errors.Is(err, io.EOF):
			return rows, nil
		case errors.As(err, &wrong):
			return nil, &lineError{wrong.Line, "cannot be read as CSV: " + wrong.Err.Error()}
		}
		line, _ := reader.FieldPos(0)
		rows = append(rows, row{line, cells})
	}
}
