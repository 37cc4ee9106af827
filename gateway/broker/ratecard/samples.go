package ratecard

import (
	"embed"
	"fmt"
	"io/fs"
	"time"

	"occigate/gateway/broker/tariff"
)

//go:embed samples
var samples embed.FS

// Samples are rate cards for the demo, one for each cloud.
// Every one is marked: [tariff.Source.Sample].
func Samples(now time.Time) (all []*tariff.Tariff, err error) {
	names, err := fs.Glob(samples, "samples/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := samples.ReadFile(name)
		if err != nil {
			return nil, err
		}
		t, err := Parse(name, text, now)
		if err != nil {
			return nil, fmt.Errorf("sample rate card: %w", err)
		}
		all = append(all, t)
	}
	return all, nil
}
