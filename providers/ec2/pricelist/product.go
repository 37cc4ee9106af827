package pricelist

import (
	"strings"

	"occigate/providers"
)

// thing is a product that an account could use.
type thing struct {
	sku                  string
	of                   providers.Priced
	item, os, tenancy    string
	granularity, minimum int64
}

// attribute is one that products are judged by.
type attribute int

const (
	family attribute = iota // a member of the product itself
	sku                     // likewise
	regionCode
	fromRegionCode
	locationType
	instanceType
	tenancy
	operatingSystem
	preInstalledSw
	capacityStatus
	operation
	marketOption
	usageType
	volumeAPIName
	transferType
	toLocation
	attributeCount
)

var attributeNames = map[string]attribute{
	"productFamily": family, "sku": sku,
	"regionCode": regionCode, "fromRegionCode": fromRegionCode, "locationType": locationType,
	"instanceType": instanceType, "tenancy": tenancy, "operatingSystem": operatingSystem,
	"preInstalledSw": preInstalledSw, "capacitystatus": capacityStatus, "operation": operation,
	"marketoption": marketOption, "usagetype": usageType, "volumeApiName": volumeAPIName,
	"transferType": transferType, "toLocation": toLocation,
}

// attributes are those of one product. The space is used again for the next one:
// most products are of no use, and there are hundreds of thousands.
type attributes [attributeCount][]byte

func (a *attributes) is(which attribute, values ...string) bool {
	for _, v := range values {
		if string(a[which]) == v {
			return true
		}
	}
	return false
}

// system is an operating system: the operation that tells its licence (Amazon EC2
// User Guide, "AMI billing information fields"), and how its time is charged
// (Amazon EC2 pricing, "Per-second billing").
type system struct {
	name, operation      string
	granularity, minimum int64
}

var systems = map[string]system{
	"Linux":      {"linux", "RunInstances", 1, 60},
	"Windows":    {"windows", "RunInstances:0002", 1, 60},
	"RHEL":       {"rhel", "RunInstances:0010", 1, 60},
	"SUSE":       {"suse", "RunInstances:000g", 3600, 0},
	"Ubuntu Pro": {"ubuntu-pro", "RunInstances:0g00", 1, 60},
}

var tenancies = map[string]string{"Shared": "", "Dedicated": "dedicated"}

// thing judges a product. What cannot be told apart by its conditions is not used:
// reserved capacity, installed software, own licences, local zones, hosts.
func (b *builder) thing(a *attributes) (thing, bool) {
	if !a.is(regionCode, "", b.want.Region) || !a.is(locationType, "", "AWS Region") {
		return thing{}, false
	}
	switch string(a[family]) {
	case "Compute Instance":
		return b.instance(a)
	case "Storage":
		if len(a[volumeAPIName]) == 0 {
			return thing{}, false
		}
		t := thing{of: providers.PricedVolume, item: b.intern(a[volumeAPIName])}
		if t.item == b.want.VolumeType {
			t.item = ""
		}
		return t, true
	case "Data Transfer":
		leaves := a.is(transferType, "AWS Outbound") && a.is(toLocation, "External") && a.is(fromRegionCode, "", b.want.Region)
		return thing{of: providers.PricedEgress}, leaves && usage(a, "DataTransfer-Out-Bytes")
	}
	return thing{of: providers.PricedAddress}, usage(a, "PublicIPv4:InUseAddress")
}

// usage compares the type of usage, which outside of us-east-1 has the region's
// short name before it: EUC1-PublicIPv4:InUseAddress.
func usage(a *attributes, kind string) bool {
	text := string(a[usageType])
	return text == kind || strings.HasSuffix(text, "-"+kind)
}

func (b *builder) instance(a *attributes) (thing, bool) {
	os, known := systems[string(a[operatingSystem])]
	shared, offered := tenancies[string(a[tenancy])]
	if !known || !offered || len(a[instanceType]) == 0 || !a.is(operation, os.operation) ||
		!a.is(capacityStatus, "", "Used") || !a.is(preInstalledSw, "", "NA") || !a.is(marketOption, "", "OnDemand") {
		return thing{}, false
	}
	return thing{
		of: providers.PricedServer, item: b.intern(a[instanceType]), os: os.name, tenancy: shared,
		granularity: os.granularity, minimum: os.minimum,
	}, true
}

// product reads one product and keeps it when it is of use.
func (b *builder) product(s *scanner) error {
	b.anyProduct = true
	for i := range b.attributes {
		b.attributes[i] = b.attributes[i][:0]
	}
	var read func(name []byte) error
	read = func(name []byte) error {
		if string(name) == "attributes" {
			return s.object(read)
		}
		which, wanted := attributeNames[string(name)]
		if !wanted {
			return s.pass()
		}
		value, err := s.bytes()
		b.attributes[which] = append(b.attributes[which], value...)
		return err
	}
	if err := s.object(read); err != nil {
		return err
	}
	t, wanted := b.thing(&b.attributes)
	if !wanted {
		return nil
	}
	if len(b.attributes[sku]) == 0 {
		return s.wrong("the product has no sku")
	}
	t.sku = string(b.attributes[sku])
	b.things[t.sku] = t
	return nil
}
