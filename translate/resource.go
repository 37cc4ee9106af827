package translate

import (
	"cmp"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// storageStates maps the neutral states to those of GFD.224 section 3.3.
var storageStates = map[providers.ResourceState]string{
	providers.ResourceOnline:   "online",
	providers.ResourceOffline:  "offline",
	providers.ResourcePending:  "offline",
	providers.ResourceDeleting: "offline",
	providers.ResourceError:    "error",
}

// linkStates maps the neutral states to those of networks and links (GFD.224
// sections 3.2 and 3.4).
var linkStates = map[providers.ResourceState]string{
	providers.ResourceOnline:   "active",
	providers.ResourceOffline:  "inactive",
	providers.ResourcePending:  "inactive",
	providers.ResourceDeleting: "inactive",
	providers.ResourceError:    "error",
}

// VolumeState is the state that a volume's storage shows.
func VolumeState(s providers.ResourceState) string { return storageStates[s] }

// LinkState is the state that the entities of networks, interfaces, addresses
// and attachments show.
func LinkState(s providers.ResourceState) string { return linkStates[s] }

// How an address is given (GFD.224 section 3.2.1).
const (
	static  = "static"
	dynamic = "dynamic"
)

// allocations names how an address is given, by whether it is static.
var allocations = map[bool]string{true: static, false: dynamic}

// StorageEntity shows a volume as an OCCI storage resource.
func (t *Templates) StorageEntity(v *providers.Volume, own Own) occi.Entity {
	e := entity(Storage, own)
	e.Mixins = t.withPlace([]string{t.Of(Zone, own.UID, v.Zone)}, own)
	e.Attributes[occi.AttrStorageSize] = v.SizeGiB
	e.Attributes[occi.AttrStorageState] = VolumeState(v.State)
	setString(e.Attributes, occi.AttrStorageMessage, message(own, passing(v.State, v.NativeState), v.Message))
	return e
}

// NetworkEntity shows a network as an OCCI network resource, with the ipnetwork
// mixin when its addresses are known.
func (t *Templates) NetworkEntity(n *providers.Network, own Own) occi.Entity {
	e := entity(Network, own)
	reach := PrivateNet
	if n.Public {
		reach = PublicNet
	}
	mixins := []string{reach, t.Of(Zone, own.UID, n.Zone)}
	a := e.Attributes
	if n.CIDR != "" {
		mixins = append([]string{occi.MixinIPNetwork}, mixins...)
		a[occi.AttrNetworkAddress] = n.CIDR
		a[occi.AttrNetworkAllocation] = allocations[!n.Dynamic]
		setString(a, occi.AttrNetworkGateway, n.Gateway)
	}
	e.Mixins = t.withPlace(mixins, own)
	if n.VLAN > 0 {
		a[occi.AttrVLAN] = int64(n.VLAN)
	}
	a[occi.AttrNetworkState] = LinkState(n.State)
	setString(a, occi.AttrNetworkMessage, message(own, passing(n.State, n.NativeState), n.Message))
	return e
}

// Ends are the paths that a link connects. An unknown target is named by its
// native id.
type Ends struct {
	Server string // path of the compute
	Target string // path of the network or storage, "" when it is not in the inventory
	Native string // native id of the target, used when Target is empty
	Kind   string // of the target, "" for what links of the kind lead to as a rule
}

// InterfaceEntity shows a server's connection to a network as a link.
func InterfaceEntity(i *providers.Interface, own Own, ends Ends) occi.Entity {
	e := link(NetworkInterface, Network, own, ends)
	a := e.Attributes
	a[occi.AttrInterface] = i.Device
	setString(a, occi.AttrMAC, i.MAC)
	a[occi.AttrInterfaceState] = LinkState(i.State)
	setString(a, occi.AttrInterfaceMessage, message(own, passing(i.State, i.NativeState)))
	setAddress(&e, i.IP, i.Gateway, i.Static)
	return e
}

// AddressEntity shows a reserved address that is mapped to a server as a link
// to the external network it comes from. device names the mapped interface.
func AddressEntity(p *providers.Address, device string, own Own, ends Ends) occi.Entity {
	e := link(NetworkInterface, Network, own, ends)
	if device == "" {
		device = "eth0"
	}
	e.Attributes[occi.AttrInterface] = device
	e.Attributes[occi.AttrInterfaceState] = LinkState(p.State)
	setString(e.Attributes, occi.AttrInterfaceMessage, message(own, passing(p.State, p.NativeState)))
	setAddress(&e, p.IP, "", true)
	return e
}

// AttachmentEntity shows a volume that is connected to a server as a link.
func AttachmentEntity(at *providers.Attachment, own Own, ends Ends) occi.Entity {
	e := link(StorageLink, Storage, own, ends)
	setString(e.Attributes, occi.AttrDeviceID, at.Device)
	e.Attributes[occi.AttrStorageLinkState] = LinkState(at.State)
	setString(e.Attributes, occi.AttrStorageLinkMessage, message(own, passing(at.State, at.NativeState)))
	return e
}

func link(kind, targetKind string, own Own, ends Ends) occi.Entity {
	e := entity(kind, own)
	e.Mixins = append(e.Mixins, own.Mixins...)
	e.Source = occi.End{Location: ends.Server, Kind: Compute}
	e.Target = occi.End{Location: ends.Target, Kind: cmp.Or(ends.Kind, targetKind)}
	if ends.Target == "" {
		e.Target = occi.End{Location: "urn:occigate:native:" + own.UID + ":" + ends.Native}
	}
	return e
}

func setAddress(e *occi.Entity, ip, gateway string, static bool) {
	if ip == "" {
		return
	}
	e.Mixins = append([]string{occi.MixinIPNetworkInterface}, e.Mixins...)
	e.Attributes[occi.AttrInterfaceAddress] = ip
	e.Attributes[occi.AttrInterfaceAllocation] = allocations[static]
	setString(e.Attributes, occi.AttrInterfaceGateway, gateway)
}

// passing is the detail of a state that passes by itself.
func passing(s providers.ResourceState, native string) string {
	switch s {
	case providers.ResourcePending:
		return strings.TrimSpace("in transition " + parenthesised(native, ""))
	case providers.ResourceDeleting:
		return "being deleted"
	}
	return ""
}
