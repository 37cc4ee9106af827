package ec2

import "slices"

// zoneIDs are the regions and the stem of their zones' ids (AWS Regions and
// Availability Zones, "AZ IDs").
var zoneIDs = map[string]string{
	"us-east-1": "use1", "us-east-2": "use2", "us-west-1": "usw1", "us-west-2": "usw2",
	"ca-central-1": "cac1", "sa-east-1": "sae1",
	"eu-west-1": "euw1", "eu-west-2": "euw2", "eu-west-3": "euw3", "eu-central-1": "euc1", "eu-north-1": "eun1",
	"ap-south-1": "aps1", "ap-northeast-1": "apne1", "ap-northeast-2": "apne2", "ap-northeast-3": "apne3",
	"ap-southeast-1": "apse1", "ap-southeast-2": "apse2",
}

// zoneLetters are the zones that a simulated region has.
const zoneLetters = "abc"

func (c *Cloud) zones() []string {
	var names []string
	for _, letter := range zoneLetters {
		names = append(names, c.opts.Region+string(letter))
	}
	return names
}

// zoneID is the id of a zone of the region.
func (c *Cloud) zoneID(name string) string {
	return zoneIDs[c.opts.Region] + "-az" + string('1'+name[len(name)-1]-'a')
}

// knownZone checks a zone's name.
func (c *Cloud) knownZone(name string) error {
	if !slices.Contains(c.zones(), name) {
		return fail("InvalidParameterValue", "Invalid availability zone: [%s]", name)
	}
	return nil
}

type region struct {
	resource
	Name     string `xml:"regionName"`
	Endpoint string `xml:"regionEndpoint"`
	OptIn    string `xml:"optInStatus"`
}

var regionListing = listing[*region]{filters: map[string]filter[*region]{
	"region-name":   of(func(r *region) string { return r.Name }),
	"endpoint":      of(func(r *region) string { return r.Endpoint }),
	"opt-in-status": of(func(r *region) string { return r.OptIn }),
}}

func describeRegions(c *call) (any, error) {
	table := newRows[*region](kind{param: "RegionName", missing: "InvalidParameterValue", noun: "region"})
	for _, name := range sortedKeys(zoneIDs) {
		table.add(&region{resource{id: name}, name, "ec2." + name + ".amazonaws.com", "opt-in-not-required"})
	}
	found, _, err := describe(c, &table, regionListing)
	return struct {
		Regions []*region `xml:"regionInfo>item"`
	}{found}, err
}

type zone struct {
	resource
	State  string `xml:"zoneState"`
	OptIn  string `xml:"optInStatus"`
	Region string `xml:"regionName"`
	Name   string `xml:"zoneName"`
	ID     string `xml:"zoneId"`
	Group  string `xml:"groupName"`
	Border string `xml:"networkBorderGroup"`
	Type   string `xml:"zoneType"`
}

var zoneListing = listing[*zone]{filters: map[string]filter[*zone]{
	"region-name": of(func(z *zone) string { return z.Region }),
	"zone-name":   of(func(z *zone) string { return z.Name }),
	"zone-id":     of(func(z *zone) string { return z.ID }),
	"zone-type":   of(func(z *zone) string { return z.Type }),
	"state":       of(func(z *zone) string { return z.State }),
}}

func describeAvailabilityZones(c *call) (any, error) {
	table := newRows[*zone](kind{param: "ZoneName", missing: "InvalidParameterValue", noun: "availability zone"})
	for _, name := range c.zones() {
		table.add(&zone{
			resource: resource{id: name}, State: "available", OptIn: "opt-in-not-required",
			Region: c.opts.Region, Name: name, ID: c.zoneID(name),
			Group: c.opts.Region, Border: c.opts.Region, Type: "availability-zone",
		})
	}
	found, _, err := describe(c, &table, zoneListing)
	return struct {
		Zones []*zone `xml:"availabilityZoneInfo>item"`
	}{found}, err
}
