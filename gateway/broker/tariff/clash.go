package tariff

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// clashes finds prices that say two things of one moment, and tiers that leave
// a quantity without a price. The prices may lack their defaults.
func clashes(prices []Price) (problems Problems) {
	order := make([]int, len(prices))
	keys := make([]Key, len(prices))
	for i := range prices {
		order[i], keys[i] = i, prices[i].Key()
		keys[i].Category = cmp.Or(keys[i].Category, Standard)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(keys[a].compare(keys[b]), prices[a].ValidFrom.Compare(prices[b].ValidFrom),
			cmp.Compare(prices[a].Tier.Start, prices[b].Tier.Start))
	})
	for at := 0; at < len(order); {
		end := at + 1
		for end < len(order) && keys[order[end]] == keys[order[at]] {
			end++
		}
		same := order[at:end]
		for n := range same {
			problems = append(problems, overlaps(prices, same[n], same[:n])...)
			problems = append(problems, gap(prices, same[n], same[:n])...)
		}
		at = end
	}
	return problems
}

// overlaps compares a price with those before it of the same key.
func overlaps(prices []Price, i int, before []int) (problems Problems) {
	p := &prices[i]
	for _, j := range before {
		o := &prices[j]
		switch {
		case !share(o.ValidFrom, o.ValidTo, p.ValidFrom, p.ValidTo):
		case o.Tier == p.Tier:
			problems = append(problems, Problem{Price: i, Other: j, Clash: true, Field: "SkuPriceID", Text: "is the same SKU at the same time"})
		case o.Unit != p.Unit:
			problems = append(problems, Problem{Price: i, Other: j, Clash: true, Field: "Unit", Text: "tiers are of one unit, and this is not the one"})
		case (o.Tier.End == 0 || p.Tier.Start < o.Tier.End) && (p.Tier.End == 0 || o.Tier.Start < p.Tier.End):
			problems = append(problems, Problem{Price: i, Other: j, Clash: true, Field: "Tier", Text: "the tiers overlap"})
		}
	}
	return problems
}

// gap wants a tier to start at zero or where the one before it ends.
func gap(prices []Price, i int, before []int) Problems {
	p, reached := &prices[i], int64(0)
	for _, j := range before {
		o := &prices[j]
		if o.ValidFrom.Equal(p.ValidFrom) && o.ValidTo.Equal(p.ValidTo) {
			reached = o.Tier.End
			if reached == 0 {
				return nil // it has no end: an overlap, no gap
			}
		}
	}
	if p.Tier.Start <= reached {
		return nil
	}
	return Problems{{Price: i, Field: "Tier", Text: fmt.Sprintf("nothing is said of the units %d to %d", reached, p.Tier.Start)}}
}

// share reports whether two spans have a moment in common; a zero end is none.
func share(from, to, from2, to2 time.Time) bool {
	return (to2.IsZero() || from.Before(to2)) && (to.IsZero() || from2.Before(to))
}
