package ratecard

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"occigate/gateway/broker/tariff"
)

// Problem is one thing wrong with a rate card.
type Problem struct {
	File string
	Line int    // from 1; 0 when it is of the whole file
	Key  string // of the value; "" when it is of the line
	Text string
}

// Error is "FILE:LINE: KEY: TEXT".
func (p Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Key != "" {
		where += ": " + p.Key
	}
	return where + ": " + p.Text
}

// Problems is everything wrong with a rate card, in the order of its lines.
type Problems []Problem

// Error has one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return ps
}

func (c *card) problem(line int, key, format string, args ...any) {
	c.problems = append(c.problems, Problem{c.file, line, key, fmt.Sprintf(format, args...)})
}

// keysOf are the keys that the fields of a tariff are written in.
var keysOf = map[string]string{
	"Meter": "meter", "Unit": "unit", "Per": "per", "Size": "size", "Category": "category",
	"ListUnitPrice": "price", "ContractedUnitPrice": "contracted", "Zero": "zero", "Fee": "fee",
	"Term": "term", "Upfront": "upfront", "Tier": "tier_from", "Granularity": "granularity",
	"Minimum": "minimum", "MonthlyCap": "cap", "HoursPerMonth": "hours_per_month",
	"Includes": "includes", "ValidTo": "valid_to", "SkuPriceID": "",
	"Scope.Provider": "provider", "ObservedAt": "observed", "Prices": "prices", "Discounts": "discounts",
}

// translate puts file, line and key to what is wrong with the tariff, but for
// records of which something has been said already.
func (c *card) translate(err error) {
	var problems tariff.Problems
	if !errors.As(err, &problems) {
		c.problem(0, "", "%v", err)
		return
	}
	for _, p := range problems {
		key, of := keysOf[p.Field], c.head
		if p.Price >= 0 {
			of = c.prices[p.Price]
		}
		if of.faulty || p.Clash && c.prices[p.Other].faulty {
			continue // most likely for the same reason
		}
		text := p.Text
		if p.Clash {
			text += fmt.Sprintf(" as in line %d", c.prices[p.Other].line)
		}
		c.problem(of.at(key), key, "%s", text)
	}
}
