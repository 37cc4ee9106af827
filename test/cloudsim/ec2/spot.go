package ec2

import (
	"fmt"
	"slices"
	"time"
)

// spotProducts are the systems that spot instances are priced for, with what
// their licence adds, in ten-thousandths an hour.
var spotProducts = map[string]int{"Linux/UNIX": 0, "Windows": 46, "Red Hat Enterprise Linux": 288, "SUSE Linux": 100}

// spotPrice is one price of the history.
type spotPrice struct {
	resource
	Type    string `xml:"instanceType"`
	Product string `xml:"productDescription"`
	Price   string `xml:"spotPrice"`
	At      string `xml:"timestamp"`
	Zone    string `xml:"availabilityZone"`
}

var spotListing = listing[*spotPrice]{most: 1000, clamps: true, filters: map[string]filter[*spotPrice]{
	"instance-type":       of(func(s *spotPrice) string { return s.Type }),
	"product-description": of(func(s *spotPrice) string { return s.Product }),
	"availability-zone":   of(func(s *spotPrice) string { return s.Zone }),
}}

// spotAmount is what a type costs in a zone: 0.0031 for each GiB of memory, a
// tenth more in every further zone.
func spotAmount(t *instanceType, zone, licence int) string {
	return fmt.Sprintf("0.%06d", 31*t.memoryMiB/1024*(10+zone)*10+licence*100)
}

// describeSpotPriceHistory gives the prices in force: the history before them is
// not simulated, so that the span must begin and end at one time.
func describeSpotPriceHistory(c *call) (any, error) {
	if c.text("StartTime") == "" || c.text("StartTime") != c.text("EndTime") {
		return nil, fail("InvalidParameterValue", "Only the present prices are simulated: StartTime and EndTime must be equal")
	}
	table := newRows[*spotPrice](kind{param: "SpotPrice", missing: "InvalidParameterValue", noun: "spot price"})
	wanted, types := c.list("ProductDescription"), c.list("InstanceType")
	since := timeText(c.now.Truncate(time.Hour))
	for _, t := range c.types.order {
		for number, zone := range c.zones() {
			for _, product := range sortedKeys(spotProducts) {
				if len(wanted) > 0 && !slices.Contains(wanted, product) || len(types) > 0 && !slices.Contains(types, t.name) {
					continue
				}
				table.add(&spotPrice{
					resource{id: t.name + zone + product}, t.name, product, spotAmount(t, number, spotProducts[product]), since, zone,
				})
			}
		}
	}
	found, next, err := describe(c, &table, spotListing)
	return struct {
		Prices []*spotPrice `xml:"spotPriceHistorySet>item"`
		Next   string       `xml:"nextToken,omitempty"`
	}{found, next}, err
}
