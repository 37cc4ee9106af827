package occi

// infrastructureKinds are the kinds of GFD.224 (tables 2, 4, 7, 9 and 11).
// Attributes that clouds assign (MAC, device, interface) are not advertised as
// required although their multiplicity is 1: clients do not send them.
func infrastructureKinds(o Options) []Kind {
	return []Kind{
		computeKind(o), networkKind(), storageKind(o), networkInterfaceKind(), storageLinkKind(),
	}
}

func computeKind(o Options) Kind {
	own := []Attribute{
		{
			Name: AttrArchitecture, Type: Enum, Mutable: true, Lenient: true, Enum: []string{"x86", "x64"},
			Description: "CPU architecture",
		},
		{Name: AttrCores, Type: Integer, Mutable: true, Min: bound(1), Description: "Number of virtual CPU cores"},
		{Name: AttrHostname, Type: String, Mutable: true, Description: "Fully qualified host name"},
		{Name: AttrShare, Type: Integer, Mutable: true, Min: bound(0), Description: "Relative number of CPU shares"},
		{Name: AttrMemory, Type: Number, Mutable: true, Min: bound(0), Description: "Memory in GiB"},
	}
	if !o.Only12 {
		own = append(own, Attribute{Name: AttrSpeed, Type: Number, Mutable: true, Min: bound(0), Description: "CPU clock frequency in GHz"})
	}
	return Kind{
		Category: Category{SchemeInfrastructure, "compute", "Compute Resource"},
		Parent:   KindResource, Location: "/compute/",
		Attributes: resourceAttributes(append(own,
			state(AttrComputeState, "inactive", "active", "inactive", "suspended", "error"),
			message(AttrComputeMessage))...),
		Actions: []string{ActionStart, ActionStop, ActionRestart, ActionSuspend, ActionSave},
	}
}

func networkKind() Kind {
	return Kind{
		Category: Category{SchemeInfrastructure, "network", "Network Resource"},
		Parent:   KindResource, Location: "/network/",
		Attributes: resourceAttributes(
			Attribute{Name: AttrVLAN, Type: Integer, Mutable: true, Min: bound(0), Max: bound(4095), Description: "802.1q VLAN identifier"},
			Attribute{Name: AttrLabel, Type: String, Mutable: true, Description: "Tag of a tag based VLAN"},
			state(AttrNetworkState, "inactive", "active", "inactive", "error"),
			message(AttrNetworkMessage)),
		Actions: []string{ActionUp, ActionDown},
	}
}

func storageKind(o Options) Kind {
	states := []string{"online", "offline", "error"}
	actions := []string{ActionOnline, ActionOffline}
	if !o.Only12 {
		states = append(states, "backup", "snapshot", "resize", "degraded")
		actions = append(actions, ActionBackup, ActionSnapshot, ActionResize)
	}
	return Kind{
		Category: Category{SchemeInfrastructure, "storage", "Storage Resource"},
		Parent:   KindResource, Location: "/storage/",
		Attributes: resourceAttributes(
			Attribute{Name: AttrStorageSize, Type: Number, Mutable: true, Required: true, Min: bound(0), Description: "Size in GiB"},
			state(AttrStorageState, "offline", states...),
			message(AttrStorageMessage)),
		Actions: actions,
	}
}

func networkInterfaceKind() Kind {
	return Kind{
		Category: Category{SchemeInfrastructure, "networkinterface", "NetworkInterface Link"},
		Parent:   KindLink, Location: "/networkinterface/",
		Attributes: linkAttributes(
			Attribute{Name: AttrInterface, Type: String, Description: "Name of the interface in the machine"},
			Attribute{
				Name: AttrMAC, Type: String, Mutable: true,
				Pattern: "([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", Description: "MAC address",
			},
			state(AttrInterfaceState, "inactive", "active", "inactive", "error"),
			message(AttrInterfaceMessage)),
	}
}

func storageLinkKind() Kind {
	return Kind{
		Category: Category{SchemeInfrastructure, "storagelink", "StorageLink Link"},
		Parent:   KindLink, Location: "/storagelink/",
		Attributes: linkAttributes(
			Attribute{Name: AttrDeviceID, Type: String, Mutable: true, Description: "Device identifier in the machine"},
			Attribute{Name: AttrMountPoint, Type: String, Mutable: true, Description: "Mount point in the machine"},
			state(AttrStorageLinkState, "inactive", "active", "inactive", "error"),
			message(AttrStorageLinkMessage)),
	}
}

func state(name, initial string, states ...string) Attribute {
	return Attribute{Name: name, Type: Enum, Default: initial, Enum: states, Observed: true, Description: "Current state"}
}

func message(name string) Attribute {
	return Attribute{Name: name, Type: String, Observed: true, Description: "Explanation of the current state"}
}

func bound(v float64) *float64 { return &v }
