package desk

import "time"

// seen is what the present edition was made of.
type seen struct {
	tariffs uint64
	until   time.Time
}

// Edition is another number whenever prices have changed, within the time between
// two looks at the files. It costs next to nothing to ask; catalogues and exchange
// rates are no part of it.
func (d *Desk) Edition() uint64 { return d.edition.Load() }

// publish begins another edition when a tariff has changed, or a price has begun
// or ended.
func (d *Desk) publish() {
	_, generation := d.keeper.Tariffs.Entries()
	passed := !d.seen.until.IsZero() && !d.o.Now().Before(d.seen.until)
	if generation != d.seen.tariffs || passed {
		d.edition.Add(1)
	}
	d.seen = seen{generation, d.Market().Until()}
}
