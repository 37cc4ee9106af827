package elastichosts

import (
	"cmp"
	"maps"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// The keys that we set on what we make. Keys that begin with "user:" are the
// user's own (Server and Drive API details). A drive that was made for a server
// has bootKey instead of tokenKey, since it is no volume of its own wish.
const (
	tokenKey = "user:occigate-token"
	bootKey  = "user:occigate-boot"  // token of the server that the drive was made for
	imageKey = "user:occigate-image" // standard drive that the server was made from
	sizeKey  = "user:occigate-size"  // name of the size
)

// The ranges of cpu and mem, which licensees narrow (Server API details).
const (
	minCPU, maxCPU       = 500, 20000
	minMemory, maxMemory = 256, 8192
)

// possible reports whether a server can have the size.
func (s Size) possible() bool {
	return s.CPU >= minCPU && s.CPU <= maxCPU && s.MemoryMiB >= minMemory && s.MemoryMiB <= maxMemory && s.DiskGiB > 0 && s.Cores >= 0
}

// has reports whether a server is of the size, as far as the cloud knows.
func (r props) has(s Size) bool {
	return r.number("cpu") == float64(s.CPU) && r.number("mem") == float64(s.MemoryMiB)
}

// keys are those of a server of the size.
func (s Size) keys() props {
	return props{
		"cpu": strconv.Itoa(s.CPU), "smp": strconv.Itoa(s.Offer().Cores), "mem": strconv.Itoa(s.MemoryMiB), sizeKey: s.Name,
	}
}

// newServer is what a server is made of, but for its password.
type newServer struct {
	name, token string
	image       props // the standard drive that is copied onto the one that it boots from
	boot        props // the latter, nil while it is not made
	size        Size
	tags        map[string]string
	drives      []plug // may name no device
	nics        []nic  // empty stands for one in the public network
}

// keys are those of "POST /servers/create", but for the drive that the server
// boots from. Persistent keeps the server when it stops.
func (s newServer) keys() (props, error) {
	keys := props{}
	for tag, value := range s.tags {
		keys["user:"+strings.ReplaceAll(tag, " ", "-")] = value
	}
	maps.Copy(keys, s.size.keys())
	maps.Copy(keys, props{
		"name": s.name, "persistent": "true", "boot": bootDevice, "vnc": "auto", tokenKey: s.token, imageKey: lower(s.image["drive"]),
	})
	keys[bootDevice] = "taken"
	for _, at := range s.drives {
		device, err := keys.place(at.device)
		if err != nil {
			return nil, err
		}
		keys[device] = at.drive
	}
	if len(s.nics) == 0 {
		s.nics = []nic{{network: public}}
	}
	for _, n := range s.nics {
		if err := n.put(keys); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// cores is the number of a server's cores, which may be the cloud's choice.
func (r props) cores() int {
	return cmp.Or(int(r.number("smp:cores")), int(r.number("smp")), coresOf(int(r.number("cpu"))))
}

// coresOf derives the number of cores where the cloud chooses it ("smp auto"),
// at 2200 MHz each. Inferred.
func coresOf(cpu int) int { return max(1, int(math.Ceil(float64(cpu)/2200))) }

// bootDevice is where a server boots from.
const bootDevice = "ide:0:0"

// devices are the places of drives: two IDE buses, one SCSI bus, virtio.
var devices = regexp.MustCompile(`^(ide:[01]:[01]|scsi:0:[0-7]|block:[0-7])$`)

// places are where a drive may go that names no device, best first.
var places = []string{
	"block:0", "block:1", "block:2", "block:3", "block:4", "block:5", "block:6", "block:7",
	"ide:0:1", "ide:1:0", "ide:1:1",
}

// place chooses a device that is free, or checks the one asked for.
func (r props) place(asked string) (string, error) {
	switch {
	case asked == "":
		return listing.Find(places, nil, func(device string) bool { return r[device] == "" },
			providers.Errorf(providers.ErrConflict, setOp, "no device is free"))
	case !devices.MatchString(asked):
		return "", providers.Errorf(providers.ErrInvalid, setOp, "%.40q is no device, those are ide:0:0 to ide:1:1, scsi:0:0 to scsi:0:7, block:0 to block:7", asked)
	case r[asked] != "":
		return "", providers.Errorf(providers.ErrConflict, setOp, "%s is taken", asked)
	}
	return asked, nil
}

// plug is a drive at a device of a server.
type plug struct{ server, status, device, drive string }

// plugs are the server's drives, in the order of devices.
func (r props) plugs() (all []plug) {
	for _, key := range slices.Sorted(maps.Keys(r)) {
		if r[key] != "" && devices.MatchString(key) {
			all = append(all, plug{lower(r["server"]), r["status"], key, lower(r[key])})
		}
	}
	return all
}

// drives are the ids of the server's drives.
func (r props) drives() (ids []string) {
	for _, plugged := range r.plugs() {
		ids = append(ids, plugged.drive)
	}
	return ids
}

// public stands for the network that is no VLAN, in which every server's first
// card can be. The cloud has no name for it.
const public = "public"

// nic is a network card of a server: in a VLAN, or in the public network, where
// it asks for an address, or for any by the word "auto".
type nic struct {
	slot    string // nic:0
	device  string // of the guest: eth0
	network string // VLAN, or public
	asked   string
	static  bool // asked for an address, not for any
	mac     string
	ip      string
	more    []string // addresses
}

// nics are the server's network cards. In version 1 of the API "nic:0:dhcp"
// holds the address that was leased, in version 2 what was asked for, and
// "nic:0:dhcp:ip" what was leased; either may be a list.
func (r props) nics() (all []nic) {
	for i := range 8 {
		slot := "nic:" + strconv.Itoa(i)
		n := nic{
			slot: slot, device: "eth" + strconv.Itoa(i), asked: r[slot+":dhcp"], network: cmp.Or(lower(r[slot+":vlan"]), public), mac: r[slot+":mac"],
		}
		if n.asked == "" && n.network == public {
			continue
		}
		n.static = len(addressesIn(n.asked)) > 0
		ips := addressesIn(cmp.Or(r[slot+":dhcp:ip"], n.asked))
		if len(ips) > 0 {
			n.ip = ips[0]
		}
		if len(ips) > 1 {
			n.more = ips[1:]
		}
		all = append(all, n)
	}
	return all
}

// put writes what a new server's network card is to be: nic:0 is in the public
// network, nic:1 in a VLAN, as the vendor's examples have it. That a server may
// have the second without the first is inferred.
func (n nic) put(server props) error {
	slot, vlan := "nic:1", n.network
	if n.network == public {
		slot, vlan, n.asked = "nic:0", "", cmp.Or(n.asked, "auto")
	}
	switch {
	case server[slot+":model"] != "":
		return providers.Errorf(providers.ErrUnsupported, createServerOp, "a server has one interface in the public network and one in a VLAN")
	case vlan == "" && n.mac != "" || vlan != "" && n.asked != "":
		return providers.Errorf(providers.ErrUnsupported, createServerOp, "an address is chosen in the public network only, a MAC address in a VLAN only")
	}
	server[slot+":model"] = "e1000"
	for key, value := range map[string]string{":dhcp": n.asked, ":vlan": vlan, ":mac": n.mac} {
		if value != "" {
			server[slot+key] = value
		}
	}
	return nil
}

// addressesIn gives the addresses of a list that may hold "auto".
func addressesIn(list string) []string {
	return slices.DeleteFunc(strings.Fields(list), func(text string) bool {
		_, err := netip.ParseAddr(text)
		return err != nil
	})
}

const gib = 1 << 30

// inBytes is a drive's size, rounded up to a MiB.
func inBytes(sizeGiB float64) string {
	const mib = 1 << 20
	return strconv.FormatInt(int64(math.Ceil(sizeGiB*1024))*mib, 10)
}

// newDrive is what a drive is made of.
type newDrive struct {
	name    string
	sizeGiB float64
	mark    string // tokenKey or bootKey
	token   string
}

// keys are those of "POST /drives/create".
func (d newDrive) keys() props {
	return props{"name": d.name, "size": inBytes(d.sizeGiB), d.mark: d.token}
}

// isCD tells an installation CD from a disk that can be copied.
func (r props) isCD() bool { return r["media"] == "cdrom" }

// unpacked is the size in bytes that a copy of a standard drive needs.
func (r props) unpacked() float64 { return cmp.Or(r.number("rawsize"), r.number("size")) }

// madeFor reports whether a drive carries the mark of having been made for the
// server with the token, and no other server holds it by now: "claimed" is a
// list such as user:guest:SERVER:ide:0:0.
func (r props) madeFor(server, token string) bool {
	for _, claim := range strings.Fields(r["claimed"]) {
		if parts := strings.Split(claim, ":"); len(parts) > 2 && lower(parts[2]) != lower(server) {
			return false
		}
	}
	return r[bootKey] == token
}

// percent brings what "imaging" may hold to one form: a number with or without
// the sign, "queued", "true".
func percent(imaging string) string {
	switch imaging {
	case "", "true":
		return "under way"
	case "queued":
		return imaging
	}
	return strings.TrimSuffix(imaging, "%") + "%"
}
