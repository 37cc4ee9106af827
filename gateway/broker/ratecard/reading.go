package ratecard

import (
	"strconv"
	"strings"
	"time"

	"occigate/gateway/broker/tariff"
)

// reading gives the values of one record and notes what is wrong with them.
type reading struct {
	card *card
	record
	own map[string]cell // what the record has itself; nil for the head
	now time.Time
}

func (r reading) wrong(key, format string, args ...any) {
	_, own := r.own[key]
	if _, given := r.cells[key]; given && !own && r.own != nil {
		return // of the head, and said there
	}
	r.card.problem(r.at(key), key, format, args...)
}

func (r reading) text(key string) string { return r.cells[key].text }

func (r reading) list(key string) (all []string) {
	for part := range strings.SplitSeq(r.text(key), ";") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (r reading) number(key string) int64 {
	text := r.text(key)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.wrong(key, "%q is no whole number", text)
	}
	return n
}

func (r reading) flag(key string) bool {
	text := r.text(key)
	if text != "" && text != "true" && text != "false" {
		r.wrong(key, "%q is neither true nor false", text)
	}
	return text == "true"
}

// date reads a day, which begins at midnight UTC, or a time of RFC 3339.
func (r reading) date(key string) time.Time {
	text := r.text(key)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	switch {
	case err != nil:
		r.wrong(key, "%q is no date, want one such as 2027-01-31 or 2027-01-31T12:00:00Z", text)
	case key == "valid_to" && !t.After(r.now):
		r.wrong(key, "%s has passed: the price is of no use any more", text)
	}
	return t.UTC()
}

func (r reading) seconds(key string) int64 {
	text := r.text(key)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d%time.Second != 0 {
		r.wrong(key, "%q is no duration of whole seconds, want one such as 60s or 1h", text)
	}
	return int64(d / time.Second)
}

func (r reading) money(key string) tariff.Money {
	text := r.text(key)
	if text == "" {
		return tariff.Money{}
	}
	m, err := tariff.ParseMoney(text, r.currency())
	if err != nil {
		r.wrong(key, "%v", err)
	}
	return m
}

// currency is USD after a fault, so that amounts are looked at all the same.
func (r reading) currency() tariff.Currency {
	c, err := tariff.ParseCurrency(r.text("currency"))
	if err != nil {
		r.wrong("currency", "%v", err)
		return tariff.USD
	}
	return c
}

func (r reading) meter(key string) tariff.Meter { return r.meterOf(key, r.text(key)) }

func (r reading) meterOf(key, word string) tariff.Meter {
	if meters[word] == "" {
		r.wrong(key, "%q is no meter, want compute, core, speed, memory, disk, addresses or egress", word)
	}
	return meters[word]
}

func (r reading) includes(key string) (all []tariff.Allowance) {
	for _, text := range r.list(key) {
		a, err := allowance(text)
		if err != nil {
			r.wrong(key, "%v", err)
			continue
		}
		all = append(all, a)
	}
	return all
}
