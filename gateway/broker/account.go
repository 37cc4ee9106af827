package broker

import (
	"slices"

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
	Default  *string // what a create is made of that names no image, by its id or name, "" when it is refused; nil when nobody says
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
	told := tells(catalogue)
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

// tells reports whether a catalogue tells the architectures of sizes.
func tells(catalogue []providers.Size) bool {
	return slices.ContainsFunc(catalogue, func(s providers.Size) bool { return len(s.Architectures) > 0 })
}

// diskOf is the disk of a size in MiB; the contract has fractions of a GiB here.
func diskOf(s *providers.Size) int64 { return int64(s.DiskGiB * 1024) }
