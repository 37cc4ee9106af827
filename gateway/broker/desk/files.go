package desk

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"occigate/gateway/broker/ratecard"
)

// look reads the files that are not what they were. One that cannot be read
// keeps its last good tariff, with its own date and the problem beside it; it is
// tried again when it changes.
func (d *Desk) look() {
	now := d.o.Now()
	for _, path := range d.cards() {
		d.renew(path, func() error {
			card, err := ratecard.Refresh(&d.keeper.Tariffs, path, now)
			if err == nil {
				d.unseen[path] = reading{card, now}
			}
			return err
		})
	}
	if d.o.Rates != "" {
		d.renew(d.o.Rates, func() error { return d.keeper.Rates.Refresh(d.o.Rates, now) })
	}
}

// cards are the paths of the rate cards: those that are there, and those that
// were there once or must be.
func (d *Desk) cards() (paths []string) {
	for _, pattern := range d.o.Cards {
		found, err := filepath.Glob(pattern)
		if err != nil || !strings.ContainsAny(pattern, "*?[") {
			found = []string{pattern}
		}
		paths = append(paths, found...)
	}
	for path := range d.files {
		if path != d.o.Rates {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// renew calls read when a file looks different than at the last time.
func (d *Desk) renew(path string, read func() error) {
	now := lookAt(path)
	if before, looked := d.files[path]; looked && before.same(now) {
		return
	}
	d.files[path] = now
	if err := read(); err != nil {
		d.o.Log.Warn("prices cannot be renewed, the last good ones stay", zap.String("file", path), zap.Error(err))
		return
	}
	d.o.Log.Info("prices read", zap.String("file", path))
}

// mostDigested is up to how many bytes a file is read each time that it is looked at.
// Its time and length would not tell two writes of one length in one tick of the clock
// apart; of a larger file they have to do.
const mostDigested = 16 << 20

// appearance tells one state of a file from another.
type appearance struct {
	problem string // why it cannot be read, "" when it can
	digest  [sha256.Size]byte
	large   fs.FileInfo // of one that is not digested
}

func (a appearance) same(b appearance) bool {
	if a.large == nil || b.large == nil {
		return a == b
	}
	return os.SameFile(a.large, b.large) && a.large.Size() == b.large.Size() && a.large.ModTime().Equal(b.large.ModTime())
}

func lookAt(path string) (a appearance) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() && info.Size() <= mostDigested {
		var text []byte
		text, err = os.ReadFile(path)
		a.digest = sha256.Sum256(text)
	} else if err == nil {
		a.large = info
	}
	if err != nil {
		return appearance{problem: err.Error()}
	}
	return a
}
