package broker

import (
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

// sold are the images of an account where one of them is a part of every sum: the
// account's cloud sells images. Else it is nil.
func (a *account) sold() *images {
	if !a.sheet.sellsImages {
		return nil
	}
	return a.images
}

// setImages works out what the image adds to rows of each set of architectures:
// nothing where no image is charged.
func (s *scale) setImages(b *board, w *Wish, sold *images) {
	clear(s.images[:])
	if sold == nil {
		return
	}
	for on := range s.images {
		id := sold.pick(w, s.words, kinds(on))
		switch {
		case id == "" && len(s.words) == 0:
			s.images[on].reason = ReasonNoImagePrice // nobody says what it is made of
			continue
		case id == "":
			continue // such a row is of another architecture
		}
		p, reason := b.image(id)
		s.images[on].reason = reason
		if p != nil {
			s.images[on].sum = s.part(p)
		}
	}
}
