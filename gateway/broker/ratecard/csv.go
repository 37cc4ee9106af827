package ratecard

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// readCSV reads a card of rows. Those that start with "#" are the head: the key
// and its value, as in "#provider,gogrid"; "#discount" has accounts, percent and
// meters. The first other row names the columns. Empty cells are not given.
func (c *card) readCSV(text []byte) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // spreadsheets put it there
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = -1
	c.head = record{line: 1, cells: map[string]cell{}}
	var columns []string
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			c.problem(wrong.Line, "", "cannot be read as CSV: %v", wrong.Err)
			return
		}
		line, _ := reader.FieldPos(0)
		switch key, isHead := strings.CutPrefix(row[0], "#"); {
		case isHead:
			c.headRow(line, strings.TrimSpace(key), row[1:])
		case columns == nil:
			columns = c.columns(line, row)
			c.head.cells["prices"] = cell{"", line}
		default:
			c.priceRow(line, columns, row)
		}
	}
	if columns == nil {
		c.problem(0, "", "has no row that names the columns")
	}
}

func (c *card) headRow(line int, key string, values []string) {
	for len(values) > 0 && strings.TrimSpace(values[len(values)-1]) == "" {
		values = values[:len(values)-1] // spreadsheets fill every row up
	}
	if key == "discount" {
		r := record{line: line, cells: map[string]cell{}}
		for i, v := range values[:min(len(values), len(discountKeys))] {
			if v = strings.TrimSpace(v); v != "" {
				r.cells[discountKeys[i]] = cell{v, line}
			}
		}
		c.discounts = append(c.discounts, r)
		c.head.cells["discounts"] = cell{"", line}
		return
	}
	switch before, given := c.head.cells[key]; {
	case !slices.Contains(headKeys, key):
		c.problem(line, key, "is no key here, known are discount, %s", strings.Join(headKeys, ", "))
	case given:
		c.problem(line, key, "is given in line %d already", before.line)
	case len(values) != 1:
		c.problem(line, key, "wants one value beside it")
	default:
		c.head.cells[key] = cell{strings.TrimSpace(values[0]), line}
	}
}

func (c *card) columns(line int, row []string) []string {
	columns := make([]string, len(row))
	for i, name := range row {
		name = strings.TrimSpace(name)
		switch {
		case !slices.Contains(priceKeys, name):
			c.problem(line, name, "is no column, known are %s", strings.Join(priceKeys, ", "))
		case slices.Contains(columns, name):
			c.problem(line, name, "is there twice")
		}
		columns[i] = name
	}
	return columns
}

func (c *card) priceRow(line int, columns, row []string) {
	if len(row) != len(columns) {
		c.problem(line, "", "has %d cells, there are %d columns", len(row), len(columns))
		return
	}
	r := record{line: line, cells: map[string]cell{}}
	for i, text := range row {
		if text = strings.TrimSpace(text); text != "" {
			r.cells[columns[i]] = cell{text, line}
		}
	}
	c.prices = append(c.prices, r)
}
