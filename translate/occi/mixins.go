package occi

// infrastructureMixins are the mixins of GFD.224 and, for placement, region
// and availability zone, from which providers derive theirs.
func infrastructureMixins() []Mixin {
	return []Mixin{{
		Category: Category{SchemeNetwork, "ipnetwork", "IP Network Mixin"},
		Applies:  []string{KindNetwork}, Location: "/mixin/ipnetwork/",
		Attributes: []Attribute{
			{Name: AttrNetworkAddress, Type: CIDR, Mutable: true, Description: "Network address with prefix length"},
			{Name: AttrNetworkGateway, Type: IP, Mutable: true, Description: "Address of the gateway"},
			allocation(AttrNetworkAllocation),
		},
	}, {
		Category: Category{SchemeNetworkInterface, "ipnetworkinterface", "IP NetworkInterface Mixin"},
		Applies:  []string{KindNetworkInterface}, Location: "/mixin/ipnetworkinterface/",
		Attributes: []Attribute{
			{Name: AttrInterfaceAddress, Type: CIDR, Mutable: true, Description: "Address of the interface"},
			{Name: AttrInterfaceGateway, Type: IP, Mutable: true, Description: "Address of the gateway"},
			allocation(AttrInterfaceAllocation),
		},
	}, {
		Category: Category{SchemeInfrastructure, "os_tpl", "OS Template"},
		Applies:  []string{KindCompute}, Location: "/mixin/os_tpl/",
	}, {
		Category: Category{SchemeInfrastructure, "resource_tpl", "Resource Template"},
		Applies:  []string{KindCompute}, Location: "/mixin/resource_tpl/",
	}, {
		Category: Category{SchemeCredentials, "ssh_key", "SSH Key"},
		Applies:  []string{KindCompute}, Location: "/mixin/ssh_key/",
		Attributes: []Attribute{{Name: AttrPublicKey, Type: String, Mutable: true, Description: "SSH public key"}},
	}, {
		Category: Category{SchemeCompute, "user_data", "Contextualization Data"},
		Applies:  []string{KindCompute}, Location: "/mixin/user_data/",
		Attributes: []Attribute{{Name: AttrUserData, Type: String, Mutable: true, Description: "Data for the first boot, plain or in base64"}},
	}, {
		Category: Category{SchemeInfrastructure, "region", "Region"}, Location: "/mixin/region/",
	}, {
		Category: Category{SchemeInfrastructure, "availability_zone", "Availability Zone"}, Location: "/mixin/availability_zone/",
	}}
}

func allocation(name string) Attribute {
	return Attribute{Name: name, Type: Enum, Mutable: true, Enum: []string{"dynamic", "static"}, Description: "How the address is assigned"}
}

// computeTemplates are the six sizes of the Compute Resource Templates Profile
// (GFD.222, version 1.1 of the profile, extended form).
func computeTemplates() []Mixin {
	sizes := []struct {
		term, title       string
		cores             int64
		memory, ephemeral float64 // GiB
	}{
		{"small", "A small Compute instance", 1, 1, 10},
		{"medium", "A medium Compute instance", 2, 2, 20},
		{"large", "A large Compute instance", 4, 4, 40},
		{"mem_small", "A small Compute instance for memory-intensive applications", 1, 4, 10},
		{"mem_medium", "A medium Compute instance for memory-intensive applications", 2, 8, 20},
		{"mem_large", "A large Compute instance for memory-intensive applications", 4, 16, 40},
	}
	mixins := make([]Mixin, 0, len(sizes))
	for _, s := range sizes {
		mixins = append(mixins, Mixin{
			Category: Category{SchemeComputeTemplate, s.term, s.title},
			Depends:  []string{MixinResourceTemplate}, Applies: []string{KindCompute},
			Location: "/mixin/resource_tpl/" + s.term + "/",
			Attributes: []Attribute{
				{Name: AttrCores, Type: Integer, Default: s.cores, Description: "Number of virtual CPU cores"},
				{Name: AttrMemory, Type: Number, Default: s.memory, Description: "Memory in GiB"},
				{Name: AttrEphemeralSize, Type: Number, Default: s.ephemeral, Description: "Ephemeral storage in GiB"},
				{Name: AttrEphemeralDeviceID, Type: String, Mutable: true, Description: "Device identifier of the ephemeral storage"},
			},
		})
	}
	return mixins
}
