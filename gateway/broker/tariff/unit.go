package tariff

import (
	"fmt"
	"slices"
	"strings"
)

// Unit is what a price is for one of (PricingUnit), in the form of FOCUS:
// "Hours", "Core-Hours", "GiB-Months", "GB". A thing that is held over time has
// the time behind it. GB is 10^9 bytes and GiB 2^30; they are never mixed up.
type Unit string

// Thing is what units count.
type Thing string

// The things, and what each is counted in.
const (
	Instances Thing = "instances"
	Cores     Thing = "cores"
	Speed     Thing = "speed"     // MHz
	Data      Thing = "data"      // bytes
	Addresses Thing = "addresses" // public ones
)

// Measure is a unit taken apart.
type Measure struct {
	Thing    Thing
	Quantity int64 // how much of the thing one unit is: 2^30 bytes for GiB
	Seconds  int64 // how long it is held: 3600; 0 when time does not count, or is a month
	Month    bool  // it is held for a month, whose length the price states
}

type quantity struct {
	thing Thing
	of    int64
}

// things are the units without their time.
var things = map[string]quantity{
	"Core": {Cores, 1}, "vCPU": {Cores, 1},
	"MHz": {Speed, 1}, "GHz": {Speed, 1000},
	"MB": {Data, 1e6}, "GB": {Data, 1e9}, "TB": {Data, 1e12},
	"MiB": {Data, 1 << 20}, "GiB": {Data, 1 << 30}, "TiB": {Data, 1 << 40},
	"Addresses": {Addresses, 1},
}

var seconds = map[string]int64{"Seconds": 1, "Hours": 3600, "Months": 0}

// Measure takes the unit apart.
func (u Unit) Measure() (Measure, error) {
	thing, held, of := strings.Cut(string(u), "-")
	if s, timed := seconds[string(u)]; timed { // of an instance or an address
		return Measure{Thing: Instances, Quantity: 1, Seconds: s, Month: s == 0}, nil
	}
	q, known := things[thing]
	s, timed := seconds[held]
	switch {
	case known && !of:
		return Measure{Thing: q.thing, Quantity: q.of}, nil
	case known && timed && q.thing != Addresses:
		return Measure{Thing: q.thing, Quantity: q.of, Seconds: s, Month: s == 0}, nil
	}
	return Measure{}, fmt.Errorf("%q is no unit, want one such as Hours, Core-Hours, GHz-Hours, GiB-Months or GB", string(u))
}

// timed reports whether the measure is of something held over time.
func (m Measure) timed() bool { return m.Seconds > 0 || m.Month }

// metered says what each meter counts, and whether over time.
var metered = map[Meter]struct {
	thing Thing
	timed bool
	units string
}{
	MeterCompute: {Instances, true, "Hours, Seconds or Months"},
	MeterCore:    {Cores, true, "Core-Hours, vCPU-Hours or the like"},
	MeterSpeed:   {Speed, true, "GHz-Hours, MHz-Hours or the like"},
	MeterMemory:  {Data, true, "GiB-Hours, GB-Hours or the like"},
	MeterDisk:    {Data, true, "GiB-Months, GB-Hours or the like"},
	MeterAddress: {Instances, true, "Hours or Months"},
	MeterEgress:  {Data, false, "GB or GiB"},
	MeterImage:   {Instances, true, "Hours, Seconds or Months"},
}

// fits is nil when a meter can be charged by a unit.
func (u Unit) fits(meter Meter) error {
	want, known := metered[meter]
	if !known {
		return nil // said of the meter
	}
	m, err := u.Measure()
	if err != nil {
		return err
	}
	if m.Thing != want.thing || m.timed() != want.timed {
		return fmt.Errorf("%q does not measure %q, want %s", string(u), string(meter), want.units)
	}
	return nil
}

// allowed is nil when an allowance of the meter can be counted by the unit.
func (u Unit) allowed(meter Meter) error {
	m, err := u.Measure()
	switch {
	case err != nil:
		return err
	case meter == MeterAddress && m.Thing == Addresses:
	case slices.Contains([]Meter{MeterDisk, MeterEgress}, meter) && m.Thing == Data && !m.timed():
	default:
		return fmt.Errorf("what is included is disk or egress in GB or GiB, or IP addresses in Addresses, not %q in %q", string(meter), string(u))
	}
	return nil
}
