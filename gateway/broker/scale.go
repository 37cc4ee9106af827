package broker

import (
	"cmp"
	"strings"
)

// scale is what one wish makes of a board: every factor as an integer over one
// common denominator, and what is charged beside each bundle. Its slices are used
// again for the next board.
type scale struct {
	meaning          // of the accounts at hand
	words   []string // of the image that is wished
	ratios  []ratio  // of the market's clocks, for this wish
	den     uint64
	factors []uint64             // of the board's clocks
	extras  []extra              // of the board's bundles
	images  [allKinds + 1]imaged // by the architectures of a row
	disk    struct {
		nanos, factor uint64 // of a MiB, where disks have one price
		special       bool   // it is too large for the loop
	}
}

func newScale(m *Market, w *Wish) *scale {
	s := &scale{words: strings.Fields(strings.ToLower(w.Image)), ratios: make([]ratio, len(m.clocks))}
	for i, k := range m.clocks {
		s.ratios[i] = k.factor(w.Hours)
	}
	return s
}

// extra is what is charged beside a size, or why that cannot be said.
type extra struct {
	sum
	reason Reason
}

// set works the scale of a board out for the meaning at hand; it is false when a factor
// is too large or too fine.
func (s *scale) set(b *board, w *Wish) bool {
	s.den, s.factors, s.extras = 1, s.factors[:0], s.extras[:0]
	for _, i := range b.clocks {
		if den := s.ratios[i].den; den == 0 || s.den%den != 0 {
			s.den = common(s.den, den)
		}
		if s.den == 0 {
			return false
		}
	}
	for _, i := range b.clocks {
		f, ok := s.ratios[i].scaled(s.den)
		if !ok {
			return false
		}
		s.factors = append(s.factors, f)
	}
	s.disk.nanos, s.disk.factor, s.disk.special = 0, 0, false
	if l := &b.disk; len(l.steps) == 1 {
		f := product(l.counted.num, s.factors[l.clocks[0]])
		s.disk.nanos, s.disk.factor = uint64(l.steps[0].UnitPrice().Nanos()), f.lo
		s.disk.special = f.hi != 0 || f.lo > maxFactor>>31 // a disk is below 2^31 MiB
	}
	for _, of := range b.bundles {
		s.extras = append(s.extras, b.extra(s, of.needs(w)))
	}
	s.setImages(b)
	return true
}

// needs are what is charged beside a size with a bundle.
type needs struct{ addresses, egress uint64 }

func (b bundle) needs(w *Wish) needs {
	return needs{
		addresses: uint64(max(0, w.Addresses-b.addresses)),
		egress:    uint64(max(0, w.EgressGB*1_000_000_000-b.egress)),
	}
}

// needs is the disk in MiB that is charged beside a size, of which the image's own
// volume is a part.
func (n *info) needs(w *Wish, volume int64) uint64 {
	return uint64(max(0, volume, max(w.DiskGiB<<10, n.made)-n.disk))
}

// extra sums up what is charged beside a bundle.
func (b *board) extra(s *scale, need needs) (x extra) {
	for _, part := range [...]struct {
		need uint64
		*ladder
		missing Reason
	}{
		{need.addresses, &b.addresses, ReasonNoAddress},
		{need.egress, &b.egress, ReasonNoEgress},
	} {
		if part.need == 0 {
			continue
		}
		if len(part.steps) == 0 {
			return extra{reason: part.missing}
		}
		more, ok := part.total(part.need, s.factors)
		if !ok {
			return extra{reason: ReasonPrecision}
		}
		x.sum = x.plus(more)
	}
	return x
}

// total is the sum of any row, or the reason why it has none. The loop of a quote
// does the same for rows that are not special.
func (s *scale) total(b *board, i int, w *Wish) (total sum, reason Reason) {
	n, beside := &b.infos[i], &s.extras[b.rows[i].bundle]
	image := s.imagedOn(b, n.size)
	if image.reason == ReasonCapability {
		return total, image.reason // before any price that is missing
	}
	if need := n.needs(w, int64(image.volume)); need > 0 {
		if len(b.disk.steps) == 0 {
			return total, ReasonNoDisk
		}
		disk, ok := b.disk.total(need, s.factors)
		if !ok {
			return total, ReasonPrecision
		}
		total = disk
	}
	return total.plus(s.size(n)).plus(beside.sum).plus(image.sum), cmp.Or(beside.reason, image.reason)
}

// size is what a row with several parts or a cap costs by itself.
func (s *scale) size(n *info) (total sum) {
	for i := range n.parts {
		total = total.plus(s.part(&n.parts[i]))
	}
	if n.capped(s) {
		return s.part(n.cap)
	}
	return total
}

func (s *scale) part(p *part) sum { return product(p.nanos, s.factors[p.clock]) }

// capped reports whether the month's cap is what counts.
func (n *info) capped(s *scale) bool {
	return n.cap != nil && s.part(n.cap).less(s.part(&n.parts[0]))
}
