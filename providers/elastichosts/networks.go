package elastichosts

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"occigate/providers"
)

// public is the id of the network that every server's first interface can be
// in. The cloud has no name for it.
const public = "public"

func publicNetwork() providers.Network {
	return providers.Network{
		ID: public, Name: public, Dynamic: true, Public: true, Shared: true,
		State: providers.ResourceOnline, NativeState: "built in",
	}
}

// Networks lists the public network and the user's VLANs.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.read(ctx, "resource", "GET /resources/vlan/info")
	if err != nil {
		return nil, err
	}
	networks := []providers.Network{publicNetwork()}
	for _, r := range rows {
		networks = append(networks, vlan(r))
	}
	return networks, nil
}

// Network reads one.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	if id == public {
		return publicNetwork(), nil
	}
	row, err := p.readOne(ctx, "resource", "GET /resources/vlan/{id}/info", id)
	if err != nil {
		return providers.Network{}, err
	}
	return vlan(row), nil
}

// tokenInName finds our token behind a VLAN's name. That resources take keys of
// the user's own is nowhere said; that they have a name is.
var tokenInName = regexp.MustCompile(`^(.*) \[([0-9a-f-]{36})\]$`)

// vlan maps one. It is a wire of its own: addresses on it are the guests' affair.
func vlan(r props) providers.Network {
	n := providers.Network{
		ID: lower(r["resource"]), Name: r["name"], State: providers.ResourceOnline, NativeState: cmp.Or(r["type"], "vlan"),
	}
	if found := tokenInName.FindStringSubmatch(n.Name); found != nil {
		n.Name, n.Token = found[1], found[2]
	}
	return n
}

// CreateNetwork makes a VLAN. The cloud gives it no addresses and no number
// that could be chosen.
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	const op = "POST /resources/vlan/create"
	if spec.CIDR != "" || spec.Gateway != "" || spec.VLAN != 0 || spec.Zone != "" || spec.Public {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnsupported, op, "a VLAN of ElasticHosts has a name and nothing else")
	}
	name := cmp.Or(spec.Name, "vlan")
	if spec.Token != "" {
		name = fmt.Sprintf("%s [%s]", name, spec.Token)
	}
	row, err := p.create(ctx, "resource", op, props{"name": name})
	if err != nil {
		return providers.Network{}, "", err
	}
	return vlan(row), "", nil
}

// DeleteNetwork gives a VLAN back; the cloud refuses one that a server uses,
// which is inferred.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	const op = "POST /resources/vlan/{id}/destroy"
	if id == public {
		return "", providers.Errorf(providers.ErrUnsupported, op, "the public network is the cloud's own")
	}
	_, err := p.send(ctx, nil, op, id)
	return "", err
}

// plugNetworks puts the interfaces into a wish: nic:0 is in the public network,
// nic:1 in a VLAN, as the vendor's examples have it. That a server may have the
// second without the first is inferred.
func plugNetworks(specs []providers.InterfaceSpec, wish props) error {
	const op = "CreateServer"
	if len(specs) == 0 {
		specs = []providers.InterfaceSpec{{NetworkID: public}}
	}
	for _, s := range specs {
		nic := "nic:1"
		if s.NetworkID == public || s.NetworkID == "" {
			nic = "nic:0"
		}
		switch {
		case wish[nic+":model"] != "":
			return providers.Errorf(providers.ErrUnsupported, op, "a server has one interface in the public network and one in a VLAN")
		case nic == "nic:0" && s.MAC != "" || nic == "nic:1" && s.IP != "":
			return providers.Errorf(providers.ErrUnsupported, op, "an address is chosen in the public network only, a MAC address in a VLAN only")
		case nic == "nic:0":
			wish["nic:0:dhcp"] = cmp.Or(s.IP, "auto")
		default:
			wish["nic:1:vlan"] = lower(s.NetworkID)
			if s.MAC != "" {
				wish["nic:1:mac"] = s.MAC
			}
		}
		wish[nic+":model"] = "e1000"
	}
	return nil
}

// interfaces maps a server's network cards. In version 1 of the API
// "nic:0:dhcp" holds the address that was leased, in version 2 what was asked
// for, and "nic:0:dhcp:ip" what was leased; either may be a list.
func interfaces(server props) (found []providers.Interface) {
	for n := range 8 {
		nic := fmt.Sprintf("nic:%d", n)
		asked, segment := server[nic+":dhcp"], server[nic+":vlan"]
		if asked == "" && segment == "" {
			continue
		}
		i := providers.Interface{
			ID: nic, ServerID: lower(server["server"]), NetworkID: cmp.Or(lower(segment), public),
			Device: fmt.Sprintf("eth%d", n), MAC: server[nic+":mac"], Public: segment == "",
			Static: len(addressesIn(asked)) > 0, State: providers.ResourceOffline, NativeState: server["status"], Fixed: true,
		}
		if server["status"] == "active" {
			i.State = providers.ResourceOnline
		}
		ips := addressesIn(cmp.Or(server[nic+":dhcp:ip"], asked))
		if len(ips) > 0 {
			i.IP = ips[0]
		}
		if len(ips) > 1 {
			i.MoreIPs = ips[1:]
		}
		found = append(found, i)
	}
	return found
}

// addressesIn gives the addresses of a list that may hold "auto".
func addressesIn(list string) []string {
	return slices.DeleteFunc(strings.Fields(list), func(text string) bool {
		_, err := netip.ParseAddr(text)
		return err != nil
	})
}
