// Package geo tells how far places are from each other. It is the one part of
// the broker with floating-point numbers: a distance is no money, and a metre
// more or less decides nothing.
package geo

import (
	"fmt"
	"math"
)

// Point is a place on the earth, in degrees; north and east are positive.
type Point struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Circle is what lies within so many kilometres of a place.
type Circle struct {
	Centre Point `json:"centre"`
	Radius int   `json:"radius_km"`
}

// Check refuses what is no place or no circle.
func (c Circle) Check() error {
	lat, long := c.Centre.Latitude, c.Centre.Longitude
	switch { // written so that NaN fails
	case !(lat >= -90 && lat <= 90):
		return fmt.Errorf("latitude %v is not between -90 and 90", lat)
	case !(long >= -180 && long <= 180):
		return fmt.Errorf("longitude %v is not between -180 and 180", long)
	case c.Radius <= 0:
		return fmt.Errorf("a radius of %d km holds nothing", c.Radius)
	}
	return nil
}

// earth is its mean radius in kilometres.
const earth = 6371.0088

// Distance is the way over the surface in kilometres, on a sphere, which is right
// within half a percent.
func Distance(a, b Point) float64 {
	const rad = math.Pi / 180
	dLat, dLong := (b.Latitude-a.Latitude)*rad/2, (b.Longitude-a.Longitude)*rad/2
	h := math.Pow(math.Sin(dLat), 2) + math.Cos(a.Latitude*rad)*math.Cos(b.Latitude*rad)*math.Pow(math.Sin(dLong), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Holds reports whether a place lies in the circle.
func (c Circle) Holds(p Point) bool { return Distance(c.Centre, p) <= float64(c.Radius) }
