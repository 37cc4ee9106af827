package inventory

import (
	"context"
	"time"

	"occigate/providers"
)

// group is what one listing of a cloud covers.
type group string

const (
	groupServers   group = "servers"
	groupVolumes   group = "volumes"
	groupNetworks  group = "networks"
	groupAddresses group = "addresses"
	groupCatalogue group = "catalogue"
)

// groupKinds says which kinds of row a group's listing is complete for. The
// first one names the group in metrics.
var groupKinds = map[group][]Kind{
	groupServers:   {KindServer},
	groupVolumes:   {KindVolume},
	groupNetworks:  {KindNetwork},
	groupAddresses: {KindAddress},
	groupCatalogue: {KindImage, KindSize, KindZone},
}

// kindGroup says which listing shows the items of a kind.
var kindGroup = map[Kind]group{
	KindServer:      groupServers,
	KindInterface:   groupServers,
	KindVolume:      groupVolumes,
	KindAttachment:  groupVolumes,
	KindNetwork:     groupNetworks,
	KindAddress:     groupAddresses,
	KindReservation: groupAddresses,
	KindImage:       groupCatalogue,
	KindSize:        groupCatalogue,
	KindZone:        groupCatalogue,
}

// groupsOf says which listings a provider can make, in a fixed order.
func groupsOf(p providers.Provider) []group {
	groups := []group{groupServers}
	if _, ok := p.(providers.VolumeLister); ok {
		groups = append(groups, groupVolumes)
	}
	if _, ok := p.(providers.NetworkLister); ok {
		groups = append(groups, groupNetworks)
	}
	if _, ok := p.(providers.AddressLister); ok {
		groups = append(groups, groupAddresses)
	}
	return append(groups, groupCatalogue)
}

// listed is one row of a listing before it has an id of ours.
type listed struct {
	kind   Kind
	native string
	thing
}

// list makes the one call of a group.
func list(ctx context.Context, p providers.Provider, g group) ([]listed, error) {
	switch g {
	case groupServers:
		all, err := p.Servers(ctx)
		return collect(all, serverRow), err
	case groupVolumes:
		all, err := p.(providers.VolumeLister).Volumes(ctx)
		return collect(all, volumeRow), err
	case groupNetworks:
		all, err := p.(providers.NetworkLister).Networks(ctx)
		return collect(all, networkRow), err
	case groupAddresses:
		all, err := p.(providers.AddressLister).Addresses(ctx)
		return collect(all, addressRow), err
	}
	c, err := p.Catalogue(ctx)
	rows := collect(c.Images, imageRow)
	rows = append(rows, collect(c.Sizes, sizeRow)...)
	return append(rows, collect(c.Zones, zoneRow)...), err
}

func collect[T any](all []T, wrap func(*T) listed) []listed {
	rows := make([]listed, len(all))
	for i := range all {
		rows[i] = wrap(&all[i])
	}
	return rows
}

func serverRow(s *providers.Server) listed {
	return listed{KindServer, s.ID, thing{Server: s}}
}

func volumeRow(v *providers.Volume) listed {
	return listed{KindVolume, v.ID, thing{Volume: v}}
}

func networkRow(n *providers.Network) listed {
	return listed{KindNetwork, n.ID, thing{Network: n}}
}

func addressRow(a *providers.Address) listed {
	return listed{KindAddress, a.ID, thing{Address: a}}
}

func imageRow(i *providers.Image) listed {
	return listed{KindImage, i.ID, thing{Image: i}}
}

func sizeRow(s *providers.Size) listed {
	return listed{KindSize, s.ID, thing{Size: s}}
}

func zoneRow(z *providers.Zone) listed {
	return listed{KindZone, z.ID, thing{Zone: z}}
}

// ask reads one resource for evidence: whether a cloud that does not list it
// knows it nevertheless. ok is false when there is no such reading.
func ask(ctx context.Context, p providers.Provider, k Kind, native string) (l listed, ok bool, err error) {
	switch k {
	case KindServer:
		s, err := p.Server(ctx, native)
		return serverRow(&s), true, err
	case KindVolume:
		if lister, can := p.(providers.VolumeLister); can {
			v, err := lister.Volume(ctx, native)
			return volumeRow(&v), true, err
		}
	case KindNetwork:
		if lister, can := p.(providers.NetworkLister); can {
			n, err := lister.Network(ctx, native)
			return networkRow(&n), true, err
		}
	}
	return listed{}, false, nil
}

// every is the default or configured interval of a group.
func (p Policy) every(g group) time.Duration {
	switch g {
	case groupServers:
		return or(p.Servers, 30*time.Second)
	case groupVolumes:
		return or(p.Volumes, time.Minute)
	case groupNetworks:
		return or(p.Networks, 5*time.Minute)
	case groupAddresses:
		return or(p.Addresses, time.Minute)
	}
	return or(p.Catalogue, 15*time.Minute)
}

func or(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}
