package fx

import (
	_ "embed" // of the sample
	"time"
)

//go:embed samples/rates.csv
var sample []byte

// Sample is a table of invented, round rates for the demo. It is marked:
// [tariff.Source.Sample].
func Sample(now time.Time) (*Table, error) {
	t, err := Parse("samples/rates.csv", sample, now)
	if err != nil {
		return nil, err
	}
	t.source.Sample = true
	return t, nil
}
