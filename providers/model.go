package providers

import (
	"slices"
	"time"
)

// Identity is who an account is at its cloud, in the cloud's own words.
type Identity struct {
	Account string // AWS account number, Keystone project id, ElasticHosts user UUID
	Region  string // region or endpoint the account works in
	User    string // the acting user, for people; may be empty
}

// Catalogue is what servers can be made of in one account.
type Catalogue struct {
	Images []Image
	Sizes  []Size
	Zones  []Zone
}

// Image is a disk image that a server can be created from.
type Image struct {
	ID           string
	Name         string
	Alias        string // another name that a create takes for it, "" for none
	Description  string
	Architecture Architecture
	MinMemoryMiB int     // 0 when the cloud states none
	MinDiskGiB   float64 // of a size that brings a disk; 0 when the cloud states none
	VolumeGiB    float64 // of the volume that is made for it with each server, beside what disk the size brings; 0 without
	Created      time.Time
	Token        string // our token, when we made it
	State        ImageState
	Own          bool // belongs to the account, so that it may be deleted
}

// ImageState says whether an image can be used.
type ImageState string

// The states of an image.
const (
	ImageReady   ImageState = "ready"
	ImagePending ImageState = "pending"
	ImageFailed  ImageState = "failed"
)

// Size is a named offer of cores, memory and disk: an EC2 instance type, a Nova
// flavor, a configured triple.
type Size struct {
	ID            string
	Name          string
	Cores         int
	SpeedMHz      int // sum over all cores, where the cloud sells speed; 0 elsewhere
	MemoryMiB     int
	DiskGiB       float64 // ephemeral or root disk that comes with it, 0 when none
	DiskIsVolume  bool    // that disk is among the account's volumes, attached to the server
	Architectures []Architecture
}

// Zone is a part of a region that a server or volume can be placed in.
type Zone struct {
	ID        string
	Name      string
	Available bool
}

// Architecture is a processor family in OCCI's words; empty when unknown or
// outside of them.
type Architecture string

// The architectures that OCCI has names for (GFD.224, table 2).
const (
	X86 Architecture = "x86"
	X64 Architecture = "x64"
)

// State is the life-cycle state of a server.
type State string

// The states of a server. Pending is before the first run; Starting to
// Resizing are transitions; Deleting ends in the server's absence.
const (
	StatePending    State = "pending"
	StateActive     State = "active"
	StateInactive   State = "inactive"
	StateSuspended  State = "suspended"
	StateStarting   State = "starting"
	StateStopping   State = "stopping"
	StateRestarting State = "restarting"
	StateSuspending State = "suspending"
	StateSaving     State = "saving"
	StateResizing   State = "resizing"
	StateDeleting   State = "deleting"
	StateError      State = "error"
	StateUnknown    State = "unknown" // a state this version has no name for; NativeState holds the cloud's
)

// InTransition reports whether the state passes by itself.
func (s State) InTransition() bool {
	switch s {
	case StatePending, StateStarting, StateStopping, StateRestarting,
		StateSuspending, StateSaving, StateResizing, StateDeleting:
		return true
	}
	return false
}

// PowerOp is one way to change whether a server runs.
type PowerOp string

// The power operations. A cloud offers some of them.
const (
	PowerStart     PowerOp = "start"     // from inactive or suspended to active
	PowerStop      PowerOp = "stop"      // asks the guest to shut down
	PowerOff       PowerOp = "off"       // cuts the power
	PowerReboot    PowerOp = "reboot"    // asks the guest to restart
	PowerReset     PowerOp = "reset"     // power cycle
	PowerSuspend   PowerOp = "suspend"   // keeps memory, stops running
	PowerHibernate PowerOp = "hibernate" // memory to disk, machine off
)

// Ability names a change other than power that a server offers now.
type Ability string

// The abilities of a server.
const (
	AbilitySave   Ability = "save" // as an image, or at a [BackupMaker] as a backup
	AbilityResize Ability = "resize"
)

// Server is one machine.
type Server struct {
	ID           string
	Name         string
	Zone         string // zone id, empty when the cloud has none
	ImageID      string // empty when unknown, as for a server booted from a volume
	SizeID       string // empty when it has none of the catalogue
	State        State
	NativeState  string // the cloud's own word
	Message      string // the cloud's explanation of the state, for people
	Architecture Architecture
	Cores        int     // 0 when unknown
	MemoryMiB    int     // 0 when unknown
	DiskGiB      float64 // ephemeral or root disk, 0 when unknown
	Hostname     string
	KeyName      string
	Created      time.Time // zero when the cloud does not tell
	Token        string    // our token, empty when another made the server
	Power        []PowerOp // what is legal now, in this state, on this cloud
	Abilities    []Ability // likewise
	Interfaces   []Interface
}

// Offers reports whether op is legal now.
func (s Server) Offers(op PowerOp) bool { return slices.Contains(s.Power, op) }

// Can reports whether the ability is legal now.
func (s Server) Can(a Ability) bool { return slices.Contains(s.Abilities, a) }

// ServerSpec is a wish for one server. ImageID and SizeID are native ids of the
// catalogue; an empty one means the account's configured default, and
// [ErrInvalid] when it has none.
type ServerSpec struct {
	Token     string // ours: a UUID, kept at the cloud where it has a place for it
	Name      string
	Hostname  string
	ImageID   string
	SizeID    string
	Zone      string
	Networks  []InterfaceSpec   // in order; empty means the account's default
	Volumes   []AttachmentSpec  // existing volumes to attach once the server can take them
	KeyName   string            // name of a key pair at the cloud
	PublicKey string            // OpenSSH public key to put into the machine
	UserData  []byte            // decoded; at most what the cloud takes
	Tags      map[string]string // further tags to set where the cloud has them
}

// ResourceState is the state of a volume, network, interface, attachment or
// address.
type ResourceState string

// The states of resources other than servers.
const (
	ResourceOnline   ResourceState = "online"  // usable, connected
	ResourceOffline  ResourceState = "offline" // exists, not usable or connected
	ResourcePending  ResourceState = "pending" // in transition by itself
	ResourceDeleting ResourceState = "deleting"
	ResourceError    ResourceState = "error"
)

// Volume is a block device that lives apart from servers.
type Volume struct {
	ID          string
	Name        string
	Zone        string
	SizeGiB     float64
	State       ResourceState
	NativeState string
	Message     string
	Created     time.Time
	Token       string
	Attachments []Attachment
}

// VolumeSpec is a wish for a volume. Fractions of a GiB are rounded up to what
// the cloud can make; an empty Type is the account's default.
type VolumeSpec struct {
	Token   string
	Name    string
	SizeGiB float64
	Zone    string
	Type    string
}

// Attachment is a volume connected to a server.
type Attachment struct {
	ServerID    string
	VolumeID    string
	Device      string // as the cloud reports it: /dev/sdf, ide:0:0; may be empty
	State       ResourceState
	NativeState string
}

// AttachmentSpec is a wish to connect a volume.
type AttachmentSpec struct {
	ServerID string // empty inside a ServerSpec
	VolumeID string
	Device   string // empty lets the cloud choose
}

// Network is what servers can be plugged into: a Neutron network, an EC2
// subnet, a VLAN, or a cloud's public network as a whole.
type Network struct {
	ID          string
	Name        string
	Zone        string
	CIDR        string // of the first subnet; empty when unknown
	Gateway     string // address, empty when unknown
	VLAN        int    // 802.1q id, 0 when unknown
	Dynamic     bool   // addresses are given by DHCP
	Public      bool   // routable from the internet
	External    bool   // a pool of addresses that are assigned, not plugged into
	AtCreate    bool   // external, and a new server may name it all the same: the cloud assigns an address at once
	Shared      bool   // belongs to another account, so that it cannot be deleted
	State       ResourceState
	NativeState string
	Message     string
	Created     time.Time
	Token       string
}

// NetworkSpec is a wish for a network. With an empty CIDR the adapter picks a
// free private one.
type NetworkSpec struct {
	Token   string
	Name    string
	Zone    string
	CIDR    string
	Gateway string
	VLAN    int
	Static  bool // no DHCP
	Public  bool
}

// Interface is a server's connection to one network. Its ID is unique within
// the server: a port id, an ENI id, a MAC.
type Interface struct {
	ID          string
	ServerID    string
	NetworkID   string
	Device      string // eth0, eth1 in the cloud's order
	MAC         string
	IP          string // first address, without mask; empty when none yet
	MoreIPs     []string
	Gateway     string
	Static      bool // the address was asked for, not given by DHCP
	Public      bool // IP is routable from the internet
	State       ResourceState
	NativeState string
	Fixed       bool // cannot be unplugged while the server lives
}

// InterfaceSpec is a wish to plug a server into a network.
type InterfaceSpec struct {
	Token     string
	ServerID  string // empty inside a ServerSpec
	NetworkID string
	IP        string // a static address, empty for a dynamic one
	MAC       string // empty lets the cloud choose
}

// Address is a reserved public address.
type Address struct {
	ID          string
	IP          string
	NetworkID   string // the external network it comes from
	ServerID    string // empty while it is not assigned
	InterfaceID string // the interface it is mapped to, when known
	State       ResourceState
	NativeState string
	Token       string
}

// AddressSpec is a wish for a reserved address.
type AddressSpec struct {
	Token     string
	NetworkID string // pool; empty for the account's only one
	IP        string // a certain address, where the cloud allows to ask for it
}

// ImageSpec is a wish for an image of a server, or for a backup.
type ImageSpec struct {
	Token string
	Name  string
	Hot   bool // from the running machine, without stopping it
}

// Part is one of the clouds behind a [Partitioned] account.
type Part struct {
	Name     string
	Observed time.Time // of its newest complete listing
	Err      error     // why it is not fresh, nil when it is
}
