package servers_test

import (
	"testing"
	"testing/synctest"
	"time"

	"occigate/test/servers"
)

func TestAClockThatIsSet(t *testing.T) {
	var c servers.Clock
	for _, off := range []time.Duration{0, time.Hour, -time.Hour, 0} {
		before := time.Now()
		c.Set(off)
		now, after := c.Now(), time.Now()
		if passed := now.Sub(before); passed < 0 || passed > after.Sub(before) {
			t.Errorf("set by %v, %v have passed", off, passed)
		}
		if jump := now.Round(0).Sub(before.Round(0)) - off; jump < 0 || jump > after.Round(0).Sub(before.Round(0)) {
			t.Errorf("set by %v, it shows %v more", off, jump)
		}
	}
}

func TestAClockInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c servers.Clock
		before, shown := c.Now(), time.Now()
		c.Set(-time.Hour)
		time.Sleep(time.Minute)
		now := c.Now()
		if passed, jump := now.Sub(before), now.Round(0).Sub(shown); passed != time.Minute || jump != time.Minute-time.Hour {
			t.Errorf("%v have passed, it shows %v more", passed, jump)
		}
	})
}
