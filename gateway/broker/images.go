package broker

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"occigate/providers"
)

// images are what machines of an account can be made of, as far as a wish may name
// them, the newest first. Accounts with equal images share one.
type images struct {
	all      []image
	standard *image // that a wish gets which names none; nil when there is none or nobody says
	counts   bool   // some image needs so much of a size, or brings a disk that is charged
}

// image is one of them.
type image struct {
	id     string
	name   string // lower case
	alias  string // likewise
	kinds  kinds  // of machines that it runs on
	system string // whose licence it needs, see [SystemOf]

	memory, disk int64 // MiB that a size has to have at the least
	volume       int64 // MiB of the disk that is made for it beside the size's, and charged
}

// imagesOf takes the images of an account over. One without an architecture fits
// any size, unless the cloud tells that of sizes and of other images: then it is
// one that OCCI has no name for.
func imagesOf(a *Account, catalogue []providers.Image) *images {
	m := &images{}
	m.counts = slices.ContainsFunc(catalogue, matters)
	told := tells(a.Sizes) && slices.ContainsFunc(catalogue, func(i providers.Image) bool { return i.Architecture != "" })
	for i := range catalogue {
		if one := &catalogue[i]; one.State == providers.ImageReady || one.State == "" {
			m.all = append(m.all, imageOf(one, told))
		}
	}
	if a.Default != nil && *a.Default != "" {
		m.standard = m.find(*a.Default)
	}
	return m
}

func imageOf(i *providers.Image, told bool) image {
	made := image{
		id: i.ID, name: strings.ToLower(i.Name), alias: strings.ToLower(i.Alias), kinds: kindOf[i.Architecture], system: SystemOf(i.Name),
		memory: int64(i.MinMemoryMiB), disk: int64(math.Ceil(i.MinDiskGiB * 1024)), volume: int64(math.Ceil(i.VolumeGiB * 1024)),
	}
	if i.Architecture == "" && told {
		made.kinds = kindOther
	}
	return made
}

// fits reports whether a size has what an image needs. One without a disk gets one
// that is as large as the image.
func (i *image) fits(z *size) bool {
	return i.memory <= int64(z.MemoryMiB) && (z.disk == 0 || i.disk <= z.disk)
}

// fitsWhere reports whether an image fits wherever another one does.
func (i *image) fitsWhere(o *image) bool {
	return o.kinds&^i.kinds == 0 && i.memory <= o.memory && i.disk <= o.disk
}

// matters reports whether anything but its name counts of an image.
func matters(i providers.Image) bool {
	return i.MinMemoryMiB > 0 || i.MinDiskGiB > 0 || i.VolumeGiB > 0
}

// find gives an image by its id or name. One that the catalogue does not list, such
// as a public one in another account, is taken to be for x64: nothing tells it.
func (m *images) find(named string) *image {
	for _, is := range []func(i image) bool{
		func(i image) bool { return i.id == named },
		func(i image) bool { return i.name == strings.ToLower(named) || i.alias == strings.ToLower(named) },
	} {
		if at := slices.IndexFunc(m.all, is); at >= 0 {
			return &m.all[at]
		}
	}
	return &image{id: named, name: strings.ToLower(named), kinds: kindX64, system: SystemOf(named)}
}

// has reports whether a wish may mean the image by its words: its name has all of
// them, and it needs no other licence than the one that is in the price.
func (i *image) has(words []string, w *Wish) bool {
	return (i.system == "" || i.system == w.OS) &&
		!slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(i.name, word) })
}

// wanted gives the architectures of the machines that a wish is for, as far as its
// image tells; 0 when there is no such image, or the one that it gets for naming
// none needs a licence that is not in the price.
func (m *images) wanted(w *Wish, words []string) (found kinds) {
	switch {
	case len(words) > 0:
		for i := range m.all {
			if one := &m.all[i]; one.kinds&^found != 0 && one.has(words, w) {
				found |= one.kinds
			}
		}
		return found
	case w.ImageID != "" || m.standard == nil:
		return allKinds
	case !m.standard.has(nil, w):
		return 0
	case m.stands(w) == nil:
		return allKinds
	}
	return m.standard.kinds
}

// stands is the image that a wish gets which names none: nil when it asks for
// something else than the account's default, so that a create has to name one.
func (m *images) stands(w *Wish) *image {
	i := m.standard
	if i == nil || i.kinds&kindOf[w.Architecture] == 0 || cmp.Or(i.system, linux) != w.OS {
		return nil
	}
	return i
}

// meant appends the images that a machine may be made from, that first which is
// taken when it runs on the size: what package placement takes, too. Those for which
// there is always one before are left out. They are none when nobody says. The very
// image that is asked for is one whatever it is.
func (m *images) meant(all []*image, w *Wish, words []string) []*image {
	switch i := m.stands(w); {
	case w.ImageID != "":
		very := image{id: w.ImageID, name: w.ImageID}
		if at := slices.IndexFunc(m.all, func(i image) bool { return i.id == w.ImageID }); at >= 0 {
			very = m.all[at]
		}
		very.kinds = allKinds
		return append(all, &very)
	case len(words) == 0 && i == nil:
		return all
	case len(words) == 0:
		return append(all, i)
	}
	for i := range m.all {
		one := &m.all[i]
		instead := func(before *image) bool { return before.fitsWhere(one) }
		if one.kinds&kindOf[w.Architecture] != 0 && one.has(words, w) && !slices.ContainsFunc(all, instead) {
			all = append(all, one)
		}
	}
	return all
}

// Newer puts the image first that is taken of several with one name: the newest,
// of equal ones that whose name and id come first.
func Newer(a, b *providers.Image) int {
	return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
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

// imagesOf finds or makes those of an account. Where images are sold, or need or
// bring something, it counts which they are and when they were made, elsewhere only
// what they are called.
func (s *sharing) imagesOf(a *Account, sold bool) *images {
	var h maphash.Hash
	h.SetSeed(s.seed)
	catalogue := a.Images
	counts := sold || slices.ContainsFunc(catalogue, matters)
	if counts {
		slices.SortFunc(catalogue, func(a, b providers.Image) int { return Newer(&a, &b) })
	}
	fmt.Fprintf(&h, "%t\n", tells(a.Sizes))
	if a.Default != nil {
		fmt.Fprintf(&h, "%q\n", *a.Default)
	}
	for _, i := range catalogue {
		fmt.Fprintf(&h, "%q %q %q %q\n", i.Name, i.Alias, i.Architecture, i.State)
		if counts || a.Default != nil && i.ID == *a.Default {
			fmt.Fprintf(&h, "%q %d %g %g\n", i.ID, i.MinMemoryMiB, i.MinDiskGiB, i.VolumeGiB)
		}
	}
	sum := h.Sum64()
	if s.images[sum] == nil {
		s.images[sum] = imagesOf(a, catalogue)
	}
	return s.images[sum]
}
