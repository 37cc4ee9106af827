package awsprices

import (
	"fmt"
	"strings"
)

// Hour is the hourly price on demand of an instance type by its place among the
// types, with Linux, in ten-thousandths: the first one costs 0.0052.
func Hour(place int) int64 { return 52 * int64(place+1) }

// TypeName is the name of an instance type by its place.
func TypeName(place int) string {
	known := []string{
		"t3.nano", "t3.micro", "t3.small", "t3.medium", "t3.large", "t2.micro", "t2.small",
		"t4g.micro", "m5.large", "m5.xlarge", "c5.large", "r5.large",
	}
	if place < len(known) {
		return known[place]
	}
	return fmt.Sprintf("x%d.%dxlarge", place/24+1, place%24+1)
}

// systems are the operating systems with their operation and what their licence
// costs, in ten-thousandths an hour.
var systems = []struct {
	name, operation string
	licence         int64
}{
	{"Linux", "RunInstances", 0},
	{"Windows", "RunInstances:0002", 46},
	{"RHEL", "RunInstances:0010", 288},
	{"SUSE", "RunInstances:000g", 100},
}

var (
	software   = []string{"NA", "SQL Web", "SQL Std", "SQL Ent"}
	tenancies  = []string{"Shared", "Dedicated"}
	capacities = []string{"Used", "AllocatedCapacityReservation", "UnusedCapacityReservation"}
)

// each goes through all products of an offer in one order.
func (l *List) each(do func(n int, p *product)) {
	n := 0
	next := func(p product) {
		do(n, &p)
		n++
	}
	switch l.Offer {
	case "AmazonEC2":
		for place := range l.Types {
			l.instances(place, next)
		}
		for i, volume := range []string{"gp2", "gp3", "io1", "st1", "sc1", "standard"} {
			next(l.other("Storage", "GB-Mo", []tier{{"0", "Inf", int64(1000 - 100*i)}},
				[2]string{"volumeApiName", volume}, [2]string{"usagetype", "EBS:VolumeUsage." + volume}))
		}
	case "AmazonVPC":
		next(l.other("IP Address", "Hrs", []tier{{"0", "Inf", 50}}, [2]string{"usagetype", "PublicIPv4:InUseAddress"}))
		next(l.other("IP Address", "Hrs", []tier{{"0", "Inf", 50}}, [2]string{"usagetype", "PublicIPv4:IdleAddress"}))
	case "AWSDataTransfer":
		next(l.other("Data Transfer", "GB", []tier{{"0", "100", 0}, {"100", "10240", 900}, {"10240", "51200", 850}, {"51200", "Inf", 700}},
			[2]string{"transferType", "AWS Outbound"}, [2]string{"fromRegionCode", l.Region}, [2]string{"toLocation", "External"}, [2]string{"usagetype", "DataTransfer-Out-Bytes"}))
		next(l.other("Data Transfer", "GB", []tier{{"0", "Inf", 200}},
			[2]string{"transferType", "InterRegion Outbound"}, [2]string{"fromRegionCode", l.Region}, [2]string{"toLocation", "Asia Pacific (Tokyo)"}, [2]string{"usagetype", "APN1-AWS-Out-Bytes"}))
	}
}

func (l *List) other(family, unit string, tiers []tier, attributes ...[2]string) product {
	common := [][2]string{{"servicecode", l.Offer}, {"location", "A Region"}, {"locationType", "AWS Region"}, {"regionCode", l.Region}}
	return product{family: family, attributes: append(common, attributes...), unit: unit, tiers: tiers}
}

// instances are the products of one instance type: every system, software,
// tenancy and kind of capacity is one.
func (l *List) instances(place int, next func(product)) {
	for _, os := range systems {
		for s, sw := range software {
			for t, tenancy := range tenancies {
				for _, capacity := range capacities {
					price := Hour(place)*int64(t+10)/10 + os.licence + int64(s)*1000
					if capacity == "AllocatedCapacityReservation" {
						price = 0
					}
					next(product{
						family: "Compute Instance", unit: "Hrs", tiers: []tier{{"0", "Inf", price}},
						attributes: l.instance(place, os.name, os.operation, sw, tenancy, capacity),
						reserved:   sw == "NA" && capacity == "Used",
					})
				}
			}
		}
	}
}

func (l *List) instance(place int, os, operation, software, tenancy, capacity string) [][2]string {
	name := TypeName(place)
	line, _, _ := strings.Cut(name, ".")
	return [][2]string{
		{"servicecode", l.Offer},
		{"location", "A Region"},
		{"locationType", "AWS Region"},
		{"instanceType", name},
		{"currentGeneration", "Yes"},
		{"instanceFamily", "General purpose"},
		{"vcpu", "2"},
		{"physicalProcessor", "Intel Xeon Platinum 8175"},
		{"clockSpeed", "3.1 GHz"},
		{"memory", "8 GiB"},
		{"storage", "EBS only"},
		{"networkPerformance", "Up to 10 Gigabit"},
		{"processorArchitecture", "64-bit"},
		{"tenancy", tenancy},
		{"operatingSystem", os},
		{"licenseModel", "No License required"},
		{"usagetype", "BoxUsage:" + name},
		{"operation", operation},
		{"availabilityzone", "NA"},
		{"capacitystatus", capacity},
		{"classicnetworkingsupport", "false"},
		{"dedicatedEbsThroughput", "Up to 2120 Mbps"},
		{"ecu", "NA"},
		{"enhancedNetworkingSupported", "No"},
		{"gpuMemory", "NA"},
		{"instancesku", "SKU" + line},
		{"intelAvxAvailable", "Yes"},
		{"marketoption", "OnDemand"},
		{"normalizationSizeFactor", "4"},
		{"preInstalledSw", software},
		{"processorFeatures", "AVX; AVX2; Intel AVX; Intel AVX2; Intel AVX512; Intel Turbo"},
		{"regionCode", l.Region},
		{"servicename", "Amazon Elastic Compute Cloud"},
		{"vpcnetworkingsupport", "true"},
	}
}
