package desk

import (
	"errors"
	"fmt"
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
	now := appearance(path)
	if d.files[path] == now {
		return
	}
	d.files[path] = now
	if err := read(); err != nil {
		d.o.Log.Warn("prices cannot be renewed, the last good ones stay", zap.String("file", path), zap.Error(err))
		return
	}
	d.o.Log.Info("prices read", zap.String("file", path))
}

// appearance tells one state of a file from another without reading it.
func appearance(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "missing"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
}
