package flexiscale

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/condition"
	"occigate/providers/internal/naming"
)

// states by status, in lower case: digits in the documentation of the type,
// words in some samples of it.
var states = map[string]providers.State{
	"1": providers.StateError, "error": providers.StateError,
	"2": providers.StateActive, "running": providers.StateActive,
	"3": providers.StateStarting, "starting": providers.StateStarting,
	"4": providers.StateStopping, "stopping": providers.StateStopping,
	"5": providers.StateInactive, "stopped": providers.StateInactive,
}

// offers are the power operations of a server that has come to rest, which is
// when it can be resized too.
var offers = map[providers.State][]providers.PowerOp{
	providers.StateActive:   {providers.PowerStop, providers.PowerOff, providers.PowerReboot, providers.PowerReset},
	providers.StateInactive: {providers.PowerStart},
}

// server maps a server without its interfaces, which are listed apart.
func (p *Provider) server(r serverRow) providers.Server {
	title, token := form.Split(r.name)
	s := providers.Server{
		ID: r.id, Name: title, Token: token, ImageID: r.image,
		State: cmp.Or(states[strings.ToLower(r.status)], providers.StateUnknown), NativeState: r.status,
		Cores: r.processors, MemoryMiB: r.memoryMB, DiskGiB: float64(r.diskMB) / 1024,
	}
	s.SizeID = p.sizeOf(s)
	if s.Power = offers[s.State]; s.Power != nil {
		s.Abilities = []providers.Ability{providers.AbilityResize}
	}
	if r.modified && s.State == providers.StateActive {
		s.Message = "changed figures count after a stop and start"
	}
	return s
}

// sizeOf names the size of a server: the one of the same disk, or the first
// that differs in the disk alone, since a resize leaves that as it is.
func (p *Provider) sizeOf(s providers.Server) string {
	alike := slices.DeleteFunc(p.settings.Sizes.Offers(), func(o providers.Size) bool { return o.Cores != s.Cores || o.MemoryMiB != s.MemoryMiB })
	if len(alike) == 0 {
		return ""
	}
	same := slices.IndexFunc(alike, func(o providers.Size) bool { return o.DiskGiB == s.DiskGiB })
	return alike[max(same, 0)].ID
}

// plug gives a server its interfaces. Each of its addresses is put where it
// belongs, those that fit nowhere on the first one.
func plug(s *providers.Server, ips []string, nics []nicRow, blocks []blockRow) {
	for i, n := range nics {
		condition.Plug(s, providers.Interface{ID: n.id, NetworkID: n.vlan, MAC: n.mac, Device: "eth" + strconv.Itoa(i), Static: true})
	}
	if len(nics) == 0 {
		return
	}
	for _, ip := range ips {
		a, _ := netip.ParseAddr(ip)
		b := slices.IndexFunc(blocks, func(b blockRow) bool { return a.Compare(b.start) >= 0 && a.Compare(b.end) <= 0 })
		i := slices.IndexFunc(s.Interfaces, func(i providers.Interface) bool { return b >= 0 && blocks[b].vlan == i.NetworkID })
		n := &s.Interfaces[max(i, 0)]
		if n.IP != "" {
			n.MoreIPs = append(n.MoreIPs, ip)
			continue
		}
		n.IP, n.Public = ip, public(a)
	}
}

func public(a netip.Addr) bool { return a.IsValid() && !a.IsPrivate() && !a.IsLoopback() }

// volume maps a disk, which is attached as long as it is there.
func volume(r diskRow) providers.Volume {
	v := providers.Volume{ID: r.id, Name: cmp.Or(r.name, r.id), SizeGiB: float64(r.sizeGB), State: providers.ResourceOnline}
	if r.server != "" {
		v.Attachments = []providers.Attachment{{ServerID: r.server, VolumeID: r.id, State: providers.ResourceOnline}}
	}
	return v
}

// image maps one. That those not called 64 bit are of 32 is not said.
func image(r named) providers.Image {
	i := providers.Image{ID: r.id, Name: r.name, State: providers.ImageReady}
	if strings.Contains(strings.ToLower(r.name), "64 bit") {
		i.Architecture = providers.X64
	}
	return i
}

// form is that of names. A server has no field of its own for our token, so that
// it stands whole at the end of the name. Names cannot be changed, hence neither
// can the token. How long a name may be is not on record; 63 characters are what
// a host name has.
var form = naming.Form{Odd: regexp.MustCompile(`[^A-Za-z0-9_-]+`), Trim: "-", Most: 63, Empty: "server", Joint: "--"}
