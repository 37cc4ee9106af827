package servers

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// Clock is the clock of a machine that is set while programs run on it: the time
// of day jumps, and what has passed between two readings is right all the same,
// since the system's monotonic clock does not jump. The zero value is exact.
type Clock struct{ off atomic.Int64 }

// Set says how far the clock is ahead, in whole seconds.
func (c *Clock) Set(off time.Duration) { c.off.Store(int64(off / time.Second)) }

// Now reads the clock.
func (c *Clock) Now() time.Time { return set(time.Now(), c.off.Load()) }

// set gives a reading another time of day and leaves the monotonic clock in it as
// it is, or puts one into it, which readings in a bubble of testing/synctest lack.
// Package time has no way to do so. The first word of a Time is a flag that it has
// a monotonic reading, 33 bits of seconds since 1885 and 30 of nanoseconds; the
// second is that reading, in nanoseconds since any moment.
func set(t time.Time, seconds int64) time.Time {
	const flag, shift = 1 << 63, 30
	words := (*[2]uint64)(unsafe.Pointer(&t))
	if words[0]&flag == 0 {
		since := t.Unix() - time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		*words = [2]uint64{flag | uint64(since)<<shift | uint64(t.Nanosecond()), uint64(t.UnixNano())}
	}
	words[0] += uint64(seconds) << shift
	return t
}
