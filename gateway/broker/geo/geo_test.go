package geo

import (
	"math"
	"testing"
)

// TestDistance compares with distances that atlases give, to one percent.
func TestDistance(t *testing.T) {
	frankfurt, dublin, sydney := Point{50.11, 8.68}, Point{53.35, -6.26}, Point{-33.87, 151.21}
	for _, c := range []struct {
		a, b Point
		km   float64
	}{{frankfurt, frankfurt, 0}, {frankfurt, dublin, 1090}, {frankfurt, sydney, 16490}, {Point{0, 179.5}, Point{0, -179.5}, 111}} {
		if got := Distance(c.a, c.b); math.Abs(got-c.km) > c.km/100+1 {
			t.Errorf("%v to %v: %.0f km, want %.0f", c.a, c.b, got, c.km)
		}
	}
	if c := (Circle{frankfurt, 1200}); !c.Holds(dublin) || c.Holds(sydney) {
		t.Error("the circle holds the wrong places")
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []Circle{{Point{91, 0}, 1}, {Point{0, 181}, 1}, {Point{math.NaN(), 0}, 1}, {Point{0, 0}, 0}} {
		if c.Check() == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	if err := (Circle{Point{90, -180}, 1}).Check(); err != nil {
		t.Error(err)
	}
}
