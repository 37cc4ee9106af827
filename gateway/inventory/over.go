package inventory

import (
	"cmp"

	"occigate/providers"
)

// over lays a cloud's answer to a create over what was wished: an answer may be
// no more than a native id.
func over(wished, got thing) thing {
	switch {
	case got.Server != nil && wished.Server != nil:
		return thing{Server: serverOver(*wished.Server, *got.Server)}
	case got.Volume != nil && wished.Volume != nil:
		return thing{Volume: volumeOver(*wished.Volume, *got.Volume)}
	case got.Network != nil && wished.Network != nil:
		return thing{Network: networkOver(*wished.Network, *got.Network)}
	case got.Image != nil && wished.Image != nil:
		image := *got.Image
		image.Name = cmp.Or(image.Name, wished.Image.Name)
		image.State = cmp.Or(image.State, wished.Image.State)
		return thing{Image: &image}
	case got.Interface != nil && wished.Interface != nil:
		return thing{Interface: interfaceOver(*wished.Interface, *got.Interface)}
	case got.Attachment != nil && wished.Attachment != nil:
		at := *got.Attachment
		at.ServerID = cmp.Or(at.ServerID, wished.Attachment.ServerID)
		at.VolumeID = cmp.Or(at.VolumeID, wished.Attachment.VolumeID)
		at.Device = cmp.Or(at.Device, wished.Attachment.Device)
		at.State = cmp.Or(at.State, wished.Attachment.State)
		return thing{Attachment: &at}
	case got.Address != nil && wished.Address != nil:
		address := *got.Address
		address.ServerID = cmp.Or(address.ServerID, wished.Address.ServerID)
		address.NetworkID = cmp.Or(address.NetworkID, wished.Address.NetworkID)
		address.State = cmp.Or(address.State, wished.Address.State)
		return thing{Address: &address}
	}
	return wished
}

func serverOver(wished, got providers.Server) *providers.Server {
	got.Name = cmp.Or(got.Name, wished.Name)
	got.Zone = cmp.Or(got.Zone, wished.Zone)
	got.ImageID = cmp.Or(got.ImageID, wished.ImageID)
	got.SizeID = cmp.Or(got.SizeID, wished.SizeID)
	got.State = cmp.Or(got.State, wished.State)
	got.Hostname = cmp.Or(got.Hostname, wished.Hostname)
	got.KeyName = cmp.Or(got.KeyName, wished.KeyName)
	got.Token = cmp.Or(got.Token, wished.Token)
	return &got
}

func volumeOver(wished, got providers.Volume) *providers.Volume {
	got.Name = cmp.Or(got.Name, wished.Name)
	got.Zone = cmp.Or(got.Zone, wished.Zone)
	got.SizeGiB = cmp.Or(got.SizeGiB, wished.SizeGiB)
	got.State = cmp.Or(got.State, wished.State)
	return &got
}

func networkOver(wished, got providers.Network) *providers.Network {
	got.Name = cmp.Or(got.Name, wished.Name)
	got.Zone = cmp.Or(got.Zone, wished.Zone)
	got.CIDR = cmp.Or(got.CIDR, wished.CIDR)
	got.Gateway = cmp.Or(got.Gateway, wished.Gateway)
	got.VLAN = cmp.Or(got.VLAN, wished.VLAN)
	got.State = cmp.Or(got.State, wished.State)
	return &got
}

func interfaceOver(wished, got providers.Interface) *providers.Interface {
	got.ServerID = cmp.Or(got.ServerID, wished.ServerID)
	got.NetworkID = cmp.Or(got.NetworkID, wished.NetworkID)
	got.IP = cmp.Or(got.IP, wished.IP)
	got.MAC = cmp.Or(got.MAC, wished.MAC)
	got.State = cmp.Or(got.State, wished.State)
	return &got
}
