package broker

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"occigate/gateway/broker/geo"
	"occigate/providers"
)

// Account is one account as a quote sees it: what could be made there.
type Account struct {
	UID      string
	Name     string
	Cloud    string // name of the adapter
	Region   string
	Location *geo.Point // of the region, nil when nobody has said
	Sizes    []providers.Size
	Images   []providers.Image
}

// account is an Account in a market.
type account struct {
	Account
	sheet  *sheet
	images *images
}

// size is a size with what quotes compare.
type size struct {
	*providers.Size
	index int   // among those of its sheet
	disk  int64 // MiB that come with it
	arch  kinds
}

// kinds is a set of architectures.
type kinds uint8

const (
	kindX86 kinds = 1 << iota
	kindX64
	kindOther // one that OCCI has no name for
	allKinds  = kindX86 | kindX64 | kindOther
)

var kindOf = map[providers.Architecture]kinds{"": allKinds, providers.X86: kindX86, providers.X64: kindX64}

// sizesOf takes the sizes of a catalogue over. A size without
// an architecture fits any, unless its cloud tells that of other sizes: then it
// is one that OCCI has no name for.
func sizesOf(catalogue []providers.Size) []size {
	told := slices.ContainsFunc(catalogue, func(s providers.Size) bool { return len(s.Architectures) > 0 })
	all := make([]size, len(catalogue))
	for i := range catalogue {
		s := &catalogue[i]
		all[i] = size{Size: s, index: i, disk: diskOf(s)}
		for _, a := range s.Architectures {
			all[i].arch |= kindOf[a]
		}
		if len(s.Architectures) == 0 {
			all[i].arch = allKinds
			if told {
				all[i].arch = kindOther
			}
		}
	}
	return all
}

// diskOf is the disk of a size in MiB; the contract has fractions of a GiB here.
func diskOf(s *providers.Size) int64 { return int64(s.DiskGiB * 1024) }

// images are the images of a catalogue, as far as a wish may name them. Accounts
// with equal images share one.
type images struct {
	names []string // lower case
	kinds []kinds
	ids   []string // where images have prices, the newest first
}

func imagesOf(catalogue []providers.Image) *images {
	m := &images{}
	for _, i := range catalogue {
		if i.State == providers.ImageReady || i.State == "" {
			m.names = append(m.names, strings.ToLower(i.Name))
			m.kinds = append(m.kinds, kindOf[i.Architecture])
			m.ids = append(m.ids, i.ID)
		}
	}
	return m
}

// named gives the architectures of the images whose names have all of the words;
// 0 when there is no such image.
func (m *images) named(words []string) (found kinds) {
	for i, name := range m.names {
		if m.kinds[i]&^found != 0 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) }) {
			found |= m.kinds[i]
		}
	}
	return found
}

// sharing finds equal catalogues, which the accounts of one cloud and region
// mostly have.
type sharing struct {
	seed   maphash.Seed
	images map[uint64]*images
}

func newSharing() *sharing {
	return &sharing{maphash.MakeSeed(), map[uint64]*images{}}
}

// imagesOf finds or makes those of a catalogue. Where images are sold it counts
// which they are and when they were made, elsewhere only what they are called.
func (s *sharing) imagesOf(catalogue []providers.Image, sold bool) *images {
	var h maphash.Hash
	h.SetSeed(s.seed)
	if sold {
		slices.SortFunc(catalogue, func(a, b providers.Image) int { return Newer(&a, &b) })
	}
	for _, i := range catalogue {
		fmt.Fprintf(&h, "%q %q %q\n", i.Name, i.Architecture, i.State)
		if sold {
			fmt.Fprintf(&h, "%q\n", i.ID)
		}
	}
	sum := h.Sum64()
	if s.images[sum] == nil {
		s.images[sum] = imagesOf(catalogue)
	}
	return s.images[sum]
}
