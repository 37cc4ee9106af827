package broker

import (
	"slices"

	"occigate/gateway/broker/tariff"
)

// imagePrice is what a machine made from one image costs beside its size.
type imagePrice struct {
	part
	reason Reason // why it cannot be counted, "" when it can
}

// addImages takes the prices of images in that are in the board's currency. An
// image is charged while its machine runs, whatever the category of the size: the
// sellers whose images cost something have one price for each.
func (b *board) addImages(key boardKey, from source) {
	for k := range from.by {
		if k.Meter != tariff.MeterImage || k.Currency != from.currency {
			continue
		}
		found := from.system(tariff.Key{Meter: k.Meter, Size: k.Size, OS: key.os, Category: tariff.Standard, Currency: k.Currency})
		if len(found) == 0 {
			continue
		}
		if b.images == nil {
			b.images = map[string]imagePrice{}
		}
		p := imagePrice{}
		var fits bool
		if p.part, fits = b.part(found[0], running, 1, ratio{1, 1}); !fits {
			p.reason = ReasonPrecision
		}
		b.images[k.Size] = p
	}
}

// image is the price of an image, or the reason why there is none.
func (b *board) image(id string) (*part, Reason) {
	p, known := b.images[id]
	switch {
	case !known:
		return nil, ReasonNoImagePrice
	case p.reason != "":
		return nil, p.reason
	}
	return &p.part, ""
}

// meaning is what machines may be made from, as far as it counts.
type meaning struct {
	counts bool     // else nothing is charged or needed for an image
	named  []*image // that first which is taken when it fits; none when nobody says
}

// meaning is that of a wish in an account whose images are sold, or need or bring
// something. The list is written over the one that is passed in.
func (a *account) meaning(into []*image, w *Wish, words []string) meaning {
	if !a.sheet.sellsImages && !a.images.counts {
		return meaning{}
	}
	return meaning{true, a.images.meant(into[:0], w, words)}
}

// equal reports whether two accounts of a sheet can be gone through at once.
func (m meaning) equal(o meaning, sold bool) bool {
	return m.counts == o.counts && slices.EqualFunc(m.named, o.named, func(i, j *image) bool {
		return i.kinds == j.kinds && i.memory == j.memory && i.disk == j.disk && i.volume == j.volume && (!sold || i.id == j.id)
	})
}

// image is the one that a machine of a size is made from; nil when none fits, or
// nobody says.
func (s *scale) image(z *size) *image {
	for _, i := range s.named {
		if i.kinds&z.arch != 0 && i.fits(z) {
			return i
		}
	}
	return nil
}

// tooSmall reports whether a size that is of a fitting architecture has too little
// for every image that is meant.
func (s *scale) tooSmall(z *size) bool { return len(s.named) > 0 && s.image(z) == nil }

// imaged is what the image adds to rows of a set of architectures that have what the
// first image that is meant needs.
type imaged struct {
	extra
	image          *image
	memory, volume int32 // MiB that it needs, and that it brings
	disk           bool  // it needs some, which the loop does not look at
}

// setImages works out what the image adds to rows of each set of architectures:
// nothing where no image counts.
func (s *scale) setImages(b *board) {
	clear(s.images[:])
	if !s.counts {
		return
	}
	for on := range s.images {
		at := slices.IndexFunc(s.named, func(i *image) bool { return i.kinds&kinds(on) != 0 })
		switch {
		case at >= 0:
			s.images[on] = s.imaged(b, s.named[at])
		case len(s.words) == 0 && b.sheet.sellsImages:
			s.images[on].reason = ReasonNoImagePrice // nobody says what it is made of
		} // else such a row is of another architecture, or its image costs nothing
	}
}

// imaged is what one image adds.
func (s *scale) imaged(b *board, i *image) imaged {
	x := imaged{image: i, memory: narrow(i.memory), disk: i.disk > 0, volume: narrow(i.volume)}
	if !b.sheet.sellsImages {
		return x
	}
	p, reason := b.image(i.id)
	if x.reason = reason; p != nil {
		x.sum = s.part(p)
	}
	return x
}

// imagedOn is what the image adds to any row; the loop of a quote does without it
// where the first image that is meant fits.
func (s *scale) imagedOn(b *board, z *size) imaged {
	x := s.images[z.arch]
	if x.image == nil || x.image.fits(z) {
		return x
	}
	if i := s.image(z); i != nil {
		return s.imaged(b, i)
	}
	return imaged{extra: extra{reason: ReasonCapability}}
}
