// Package ratecard reads what an operator writes down of a seller's prices, in
// YAML or CSV, into a tariff. It is strict: a card is taken whole or refused with
// everything that is wrong with it, each with file, line and reason. It knows no
// cloud and no quote.
package ratecard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"occigate/gateway/broker/tariff"
)

// Load reads the card at a path, which is also the tariff's name. The ending
// tells the format: .yaml, .yml or .csv. Everything wrong is reported at once, as
// [Problems]. now tells which dates have passed.
func Load(path string, now time.Time) (*tariff.Tariff, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("rate card: %w", err)
	}
	return Parse(path, text, now)
}

// Parse is Load of a text that is at hand.
func Parse(name string, text []byte, now time.Time) (*tariff.Tariff, error) {
	c := &card{file: name}
	switch filepath.Ext(name) {
	case ".yaml", ".yml":
		c.readYAML(text)
	case ".csv":
		c.readCSV(text)
	default:
		c.problem(0, "", "is no rate card: its name must end in .yaml, .yml or .csv")
	}
	if c.head.cells == nil {
		return nil, c.problems.sorted()
	}
	spec := tariff.Spec{Name: name, Source: tariff.SourceOf(name, text)}
	c.fill(&spec, now)
	t, err := tariff.New(spec)
	if err != nil {
		c.translate(err)
	}
	if len(c.problems) > 0 {
		return nil, c.problems.sorted()
	}
	return t, nil
}

// Refresh loads the card at a path into a book. When that fails, the last good
// tariff stays with its own date, and the book says why.
func Refresh(book *tariff.Book, path string, now time.Time) (*tariff.Tariff, error) {
	t, err := Load(path, now)
	if err != nil {
		book.Fail(path, now, err)
		return nil, err
	}
	book.Put(t)
	return t, nil
}

// card is a rate card in either format, as texts that know their place.
type card struct {
	file      string
	head      record
	prices    []record
	discounts []record
	problems  Problems
}

// record is a set of keys and values: the head of a card, one price of it, or a
// discount.
type record struct {
	line   int
	cells  map[string]cell
	faulty bool // something wrong with it has been said
}

type cell struct {
	text string
	line int
}

// at is the line of a key, or that of the record when it does not have it.
func (r record) at(key string) int {
	if c, ok := r.cells[key]; ok {
		return c.line
	}
	return r.line
}
