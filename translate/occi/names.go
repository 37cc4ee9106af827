package occi

// SchemeOGF begins all schemes of the standard. Those of providers and users
// must not begin with it (GFD.221 section 5.5.1).
const SchemeOGF = "http://schemas.ogf.org/occi/"

// Schemes of the standard and of deployed clients.
const (
	SchemeCore             = SchemeOGF + "core#"
	SchemeInfrastructure   = SchemeOGF + "infrastructure#"
	SchemeNetwork          = SchemeOGF + "infrastructure/network#"
	SchemeNetworkInterface = SchemeOGF + "infrastructure/networkinterface#"
	SchemeCredentials      = SchemeOGF + "infrastructure/credentials#"
	SchemeCompute          = SchemeOGF + "infrastructure/compute#"
	SchemeComputeTemplate  = SchemeOGF + "infrastructure/compute/template/1.1#"
	SchemeComputeAction    = SchemeOGF + "infrastructure/compute/action#"
	SchemeNetworkAction    = SchemeOGF + "infrastructure/network/action#"
	SchemeStorageAction    = SchemeOGF + "infrastructure/storage/action#"

	SchemeOpenStackInstance    = "http://schemas.openstack.org/compute/instance#"
	SchemeOpenStackCredentials = "http://schemas.openstack.org/instance/credentials#"
)

// Type identifiers of the kinds.
const (
	KindEntity           = SchemeCore + "entity"
	KindResource         = SchemeCore + "resource"
	KindLink             = SchemeCore + "link"
	KindCompute          = SchemeInfrastructure + "compute"
	KindNetwork          = SchemeInfrastructure + "network"
	KindStorage          = SchemeInfrastructure + "storage"
	KindNetworkInterface = SchemeInfrastructure + "networkinterface"
	KindStorageLink      = SchemeInfrastructure + "storagelink"
)

// Type identifiers of the mixins.
const (
	MixinIPNetwork          = SchemeNetwork + "ipnetwork"
	MixinIPNetworkInterface = SchemeNetworkInterface + "ipnetworkinterface"
	MixinOSTemplate         = SchemeInfrastructure + "os_tpl"
	MixinResourceTemplate   = SchemeInfrastructure + "resource_tpl"
	MixinSSHKey             = SchemeCredentials + "ssh_key"
	MixinUserData           = SchemeCompute + "user_data"
	MixinRegion             = SchemeInfrastructure + "region"
	MixinAvailabilityZone   = SchemeInfrastructure + "availability_zone"
	MixinOpenStackKey       = SchemeOpenStackCredentials + "public_key"
	MixinOpenStackUserData  = SchemeOpenStackInstance + "user_data"
)

// Type identifiers of the actions. The last three are of OCCI 1.1.
const (
	ActionStart    = SchemeComputeAction + "start"
	ActionStop     = SchemeComputeAction + "stop"
	ActionRestart  = SchemeComputeAction + "restart"
	ActionSuspend  = SchemeComputeAction + "suspend"
	ActionSave     = SchemeComputeAction + "save"
	ActionUp       = SchemeNetworkAction + "up"
	ActionDown     = SchemeNetworkAction + "down"
	ActionOnline   = SchemeStorageAction + "online"
	ActionOffline  = SchemeStorageAction + "offline"
	ActionBackup   = SchemeStorageAction + "backup"
	ActionSnapshot = SchemeStorageAction + "snapshot"
	ActionResize   = SchemeStorageAction + "resize"
)

// Names of the attributes that are fields of [Entity] (GFD.229 section 5.5.1).
const (
	AttrID         = "occi.core.id"
	AttrTitle      = "occi.core.title"
	AttrSummary    = "occi.core.summary"
	AttrSource     = "occi.core.source"
	AttrSourceKind = "occi.core.source.kind"
	AttrTarget     = "occi.core.target"
	AttrTargetKind = "occi.core.target.kind"
)

// Names of the attributes of the infrastructure (GFD.224).
const (
	AttrArchitecture   = "occi.compute.architecture"
	AttrCores          = "occi.compute.cores"
	AttrHostname       = "occi.compute.hostname"
	AttrShare          = "occi.compute.share"
	AttrMemory         = "occi.compute.memory"
	AttrSpeed          = "occi.compute.speed" // OCCI 1.1
	AttrComputeState   = "occi.compute.state"
	AttrComputeMessage = "occi.compute.state.message"

	AttrVLAN              = "occi.network.vlan"
	AttrLabel             = "occi.network.label"
	AttrNetworkState      = "occi.network.state"
	AttrNetworkMessage    = "occi.network.state.message"
	AttrNetworkAddress    = "occi.network.address"
	AttrNetworkGateway    = "occi.network.gateway"
	AttrNetworkAllocation = "occi.network.allocation"

	AttrStorageSize    = "occi.storage.size"
	AttrStorageState   = "occi.storage.state"
	AttrStorageMessage = "occi.storage.state.message"

	AttrInterface           = "occi.networkinterface.interface"
	AttrMAC                 = "occi.networkinterface.mac"
	AttrInterfaceState      = "occi.networkinterface.state"
	AttrInterfaceMessage    = "occi.networkinterface.state.message"
	AttrInterfaceAddress    = "occi.networkinterface.address"
	AttrInterfaceGateway    = "occi.networkinterface.gateway"
	AttrInterfaceAllocation = "occi.networkinterface.allocation"

	AttrDeviceID           = "occi.storagelink.deviceid"
	AttrMountPoint         = "occi.storagelink.mountpoint"
	AttrStorageLinkState   = "occi.storagelink.state"
	AttrStorageLinkMessage = "occi.storagelink.state.message"

	AttrPublicKey         = "occi.credentials.ssh.publickey"
	AttrUserData          = "occi.compute.userdata"
	AttrOpenStackKeyName  = "org.openstack.credentials.publickey.name"
	AttrOpenStackKeyData  = "org.openstack.credentials.publickey.data"
	AttrOpenStackUserData = "org.openstack.compute.user_data"

	AttrEphemeralSize     = "occi.compute.ephemeral_storage.size"     // GFD.222
	AttrEphemeralDeviceID = "occi.compute.ephemeral_storage.deviceid" // GFD.222
)

// Names of the attributes of actions.
const (
	ParamMethod = "method"
	ParamName   = "name"
	ParamSize   = "size"
)
