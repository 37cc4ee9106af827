package broker

import (
	"cmp"
	"slices"
	"time"

	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// Market is the accounts with their prices, compiled for quotes. It is made anew
// when a tariff or a catalogue changes, is immutable, and is safe for concurrent
// use.
type Market struct {
	accounts []account
	sheets   int
	clocks   []clock // of all boards, each once
	clockAt  map[clock]uint16
	until    time.Time
}

// Compile joins catalogues and tariffs. Of the entries those with a tariff count,
// however old; now tells which prices are in force. Accounts with equal prices and
// sizes are priced once. What is passed in must not be modified afterwards;
// the order of it does not count.
func Compile(accounts []Account, entries []tariff.Entry, now time.Time) *Market {
	m := &Market{clockAt: map[clock]uint16{}}
	sheets, shared := map[string]*sheet{}, newSharing()
	for _, a := range accounts {
		a.Sizes = sorted(a.Sizes, func(s *providers.Size) string { return s.ID })
		a.Images = sorted(a.Images, func(i *providers.Image) string { return i.ID })
		from := applying(entries, &a)
		sign := signature(&a, from)
		if sheets[sign] == nil {
			prices := choose(&a, from, now)
			sheets[sign] = m.sheetOf(&a, prices)
			m.boundary(prices.until)
		}
		m.accounts = append(m.accounts, account{a, sheets[sign], shared.imagesOf(&a, sheets[sign].sellsImages)})
	}
	m.sheets = len(sheets)
	slices.SortFunc(m.accounts, func(a, b account) int { return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.UID, b.UID)) })
	return m
}

// sorted is a copy in the order of ids, so that equal catalogues look equal.
func sorted[T any](all []T, id func(*T) string) []T {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(id(&a), id(&b)) })
	return all
}

func (m *Market) boundary(t time.Time) {
	if !t.IsZero() && (m.until.IsZero() || t.Before(m.until)) {
		m.until = t
	}
}

// clock finds or adds a clock.
func (m *Market) clock(k clock) uint16 {
	i, known := m.clockAt[k]
	if !known {
		i = uint16(min(len(m.clocks), maxIndex)) // a board with more than that has no rows
		m.clockAt[k] = i
		m.clocks = append(m.clocks, k)
	}
	return i
}

// Until is when a price begins or ends, so that the market is to be compiled
// again; zero is never.
func (m *Market) Until() time.Time { return m.until }
