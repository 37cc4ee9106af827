package suncloud

import "time"

// The resources of a VDC. URIs are paths with their queries; a resource is
// found by the whole of its URI, so that none can be guessed.

// Cluster holds VMs, VNets and further clusters.
type Cluster struct {
	URI, Name, Description string
	Parent                 string // empty: the root
	Tags                   []string
}

// VM is one machine.
type VM struct {
	URI, Name, Description, Cluster string

	State        string // run_status
	Updated      bool   // changes wait for a reboot
	LastBoot     time.Time
	FromTemplate string
	Hostname, OS string

	CPU, Memory                  int // MHz, MB
	BootDisk, DataDisk, TempDisk int // GB
	BootOrder                    int // 0: last

	Params     object
	Tags       []string
	Interfaces []Interface

	created time.Time
	pending bool // the work that creates it is not done
	lastNIC int
}

// Interface is a VM's connection with a VNet or a public address.
type Interface struct {
	VNet, PublicAddress string // one of them
	NIC, MAC, IP        string
}

// VNet is a private network.
type VNet struct {
	URI, Name, Description, Cluster string

	Tags   []string
	third  int // octet of the addresses
	lastIP int
}

// Address is a public address.
type Address struct {
	URI, Name, Description string

	IP   string
	Tags []string
	VM   string // that it is attached to
}

// Volume is a WebDAV share.
type Volume struct {
	URI, Name, Description string

	Tags    []string
	Created time.Time
}

// Backup is a copy of a VM's state.
type Backup struct {
	URI, Name, Description, VM string

	Tags    []string
	Created time.Time
}

// Template is what VMs can be made from.
type Template struct {
	URI, Name, Description, OS   string
	CPU, Memory                  int
	BootDisk, DataDisk, TempDisk int
}

// wish is the body of a request, whatever its type is. What is not named here
// cannot be written and is ignored.
type wish struct {
	URI          string    `json:"uri"`
	Name         *string   `json:"name"`
	Description  *string   `json:"description"`
	Tags         *[]string `json:"tags"`
	FromTemplate string    `json:"from_template"`
	FromVM       string    `json:"from_vm"`
	OS           *string   `json:"os"`
	CPU          *int      `json:"cpu"`
	Memory       *int      `json:"memory"`
	BootDisk     *int      `json:"boot_disk"`
	DataDisk     *int      `json:"data_disk"`
	TempDisk     *int      `json:"temp_disk"`
	BootOrder    *int      `json:"boot_order"`
	Params       *object   `json:"params"`
	Interfaces   []struct {
		VNet          string `json:"vnet"`
		PublicAddress string `json:"public_address"`
	} `json:"interfaces"`
}

// take lays a field of a request over a value.
func take[T any](into, from *T) {
	if from != nil {
		*into = *from
	}
}
