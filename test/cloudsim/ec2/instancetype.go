package ec2

// instanceType is a size of instances. Figures are those of Amazon EC2 User
// Guide, "Instance types", and "Maximum IP addresses per network interface".
type instanceType struct {
	resource
	name        string
	arch        string
	vcpus       int
	threads     int // of a core
	memoryMiB   int
	storageGB   int // of the instance store, 0 for none
	interfaces  int // at most
	addresses   int // IPv4, of an interface
	hypervisor  string
	burstable   bool
	hibernates  bool
	freeTier    bool
	clockGHz    float64
	networkText string
}

const (
	x86   = "x86_64"
	arm   = "arm64"
	xen   = "xen"
	nitro = "nitro"
)

// instanceTypes is the offer.
var instanceTypes = []instanceType{
	{resource{}, "t2.micro", x86, 1, 1, 1024, 0, 2, 2, xen, true, true, true, 2.5, "Low to Moderate"},
	{resource{}, "t2.small", x86, 1, 1, 2048, 0, 3, 4, xen, true, true, false, 2.5, "Low to Moderate"},
	{resource{}, "t3.nano", x86, 2, 2, 512, 0, 2, 2, nitro, true, true, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t3.micro", x86, 2, 2, 1024, 0, 2, 2, nitro, true, true, true, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t3.small", x86, 2, 2, 2048, 0, 3, 4, nitro, true, true, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t3.medium", x86, 2, 2, 4096, 0, 3, 6, nitro, true, true, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t3.large", x86, 2, 2, 8192, 0, 3, 12, nitro, true, true, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t4g.micro", arm, 2, 1, 1024, 0, 2, 2, nitro, true, false, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t4g.small", arm, 2, 1, 2048, 0, 3, 4, nitro, true, false, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "t4g.medium", arm, 2, 1, 4096, 0, 3, 6, nitro, true, false, false, 2.5, "Up to 5 Gigabit"},
	{resource{}, "m5.large", x86, 2, 2, 8192, 0, 3, 10, nitro, false, true, false, 3.1, "Up to 10 Gigabit"},
	{resource{}, "m5.xlarge", x86, 4, 2, 16384, 0, 4, 15, nitro, false, true, false, 3.1, "Up to 10 Gigabit"},
	{resource{}, "m5.2xlarge", x86, 8, 2, 32768, 0, 4, 15, nitro, false, true, false, 3.1, "Up to 10 Gigabit"},
	{resource{}, "m5d.large", x86, 2, 2, 8192, 75, 3, 10, nitro, false, true, false, 3.1, "Up to 10 Gigabit"},
	{resource{}, "m6i.large", x86, 2, 2, 8192, 0, 3, 10, nitro, false, true, false, 3.5, "Up to 12.5 Gigabit"},
	{resource{}, "m6g.large", arm, 2, 1, 8192, 0, 3, 10, nitro, false, false, false, 2.5, "Up to 10 Gigabit"},
	{resource{}, "c5.large", x86, 2, 2, 4096, 0, 3, 10, nitro, false, true, false, 3.4, "Up to 10 Gigabit"},
	{resource{}, "c5.xlarge", x86, 4, 2, 8192, 0, 4, 15, nitro, false, true, false, 3.4, "Up to 10 Gigabit"},
	{resource{}, "c6g.large", arm, 2, 1, 4096, 0, 3, 10, nitro, false, false, false, 2.5, "Up to 10 Gigabit"},
	{resource{}, "r5.large", x86, 2, 2, 16384, 0, 3, 10, nitro, false, true, false, 3.1, "Up to 10 Gigabit"},
	{resource{}, "i3.large", x86, 2, 2, 15616, 475, 3, 10, xen, false, true, false, 2.3, "Up to 10 Gigabit"},
	{resource{}, "g4dn.xlarge", x86, 4, 2, 16384, 125, 3, 10, nitro, false, false, false, 2.5, "Up to 25 Gigabit"},
}

type typeItem struct {
	Name          string   `xml:"instanceType"`
	Current       bool     `xml:"currentGeneration"`
	FreeTier      bool     `xml:"freeTierEligible"`
	Usage         []string `xml:"supportedUsageClasses>item"`
	RootDevices   []string `xml:"supportedRootDeviceTypes>item"`
	Virtual       []string `xml:"supportedVirtualizationTypes>item"`
	BareMetal     bool     `xml:"bareMetal"`
	Hypervisor    string   `xml:"hypervisor"`
	Architectures []string `xml:"processorInfo>supportedArchitectures>item"`
	ClockGHz      float64  `xml:"processorInfo>sustainedClockSpeedInGhz"`
	VCPUs         int      `xml:"vCpuInfo>defaultVCpus"`
	Cores         int      `xml:"vCpuInfo>defaultCores"`
	Threads       int      `xml:"vCpuInfo>defaultThreadsPerCore"`
	MemoryMiB     int      `xml:"memoryInfo>sizeInMiB"`
	HasStorage    bool     `xml:"instanceStorageSupported"`
	StorageGB     int      `xml:"instanceStorageInfo>totalSizeInGB,omitempty"`
	Network       string   `xml:"networkInfo>networkPerformance"`
	Interfaces    int      `xml:"networkInfo>maximumNetworkInterfaces"`
	Addresses     int      `xml:"networkInfo>ipv4AddressesPerInterface"`
	Hibernates    bool     `xml:"hibernationSupported"`
	Burstable     bool     `xml:"burstablePerformanceSupported"`
}

func (t *instanceType) item() typeItem {
	return typeItem{
		Name: t.name, Current: true, FreeTier: t.freeTier,
		Usage: []string{"on-demand", "spot"}, RootDevices: []string{"ebs"}, Virtual: []string{"hvm"},
		Hypervisor: t.hypervisor, Architectures: []string{t.arch}, ClockGHz: t.clockGHz,
		VCPUs: t.vcpus, Cores: t.vcpus / t.threads, Threads: t.threads, MemoryMiB: t.memoryMiB,
		HasStorage: t.storageGB > 0, StorageGB: t.storageGB,
		Network: t.networkText, Interfaces: t.interfaces, Addresses: t.addresses,
		Hibernates: t.hibernates, Burstable: t.burstable,
	}
}

var typeListing = listing[*instanceType]{least: 5, most: 100, idsOnly: true, filters: map[string]filter[*instanceType]{
	"instance-type":                         of(func(t *instanceType) string { return t.name }),
	"current-generation":                    of(func(*instanceType) string { return "true" }),
	"bare-metal":                            of(func(*instanceType) string { return "false" }),
	"burstable-performance-supported":       of(func(t *instanceType) string { return boolText(t.burstable) }),
	"free-tier-eligible":                    of(func(t *instanceType) string { return boolText(t.freeTier) }),
	"hibernation-supported":                 of(func(t *instanceType) string { return boolText(t.hibernates) }),
	"hypervisor":                            of(func(t *instanceType) string { return t.hypervisor }),
	"instance-storage-supported":            of(func(t *instanceType) string { return boolText(t.storageGB > 0) }),
	"processor-info.supported-architecture": of(func(t *instanceType) string { return t.arch }),
	"supported-usage-class":                 func(*call, *instanceType) []string { return []string{"on-demand", "spot"} },
	"supported-virtualization-type":         of(func(*instanceType) string { return "hvm" }),
}}

func describeInstanceTypes(c *call) (any, error) {
	found, next, err := describe(c, &c.types, typeListing)
	answer := struct {
		Types []typeItem `xml:"instanceTypeSet>item"`
		Next  string     `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, t := range found {
		answer.Types = append(answer.Types, t.item())
	}
	return answer, err
}

// typeNamed finds an instance type for a launch or a change.
func (c *Cloud) typeNamed(name string) (*instanceType, error) {
	t, ok := c.types.byID[name]
	if !ok {
		return nil, fail("InvalidParameterValue", "Invalid value '%s' for InstanceType.", name)
	}
	return t, nil
}
