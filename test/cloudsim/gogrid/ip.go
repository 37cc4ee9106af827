package gogrid

import (
	"net/netip"
	"time"

	"occigate/test/cloudsim/fault"
)

// Address is one of the account's own addresses. There is no call that gets or
// gives back one.
type Address struct {
	ID         int
	IP         string
	Subnet     string // "203.0.113.0/255.255.255.240"
	Public     bool
	State      Option
	Datacenter Option
}

func (a *Address) view() object {
	return object{
		"object": "ip", "id": a.ID, "ip": a.IP, "subnet": a.Subnet, "public": a.Public,
		"state": a.State.view(), "datacenter": a.Datacenter.view(),
	}
}

// AddBlock gives the account a block of addresses in a datacenter: those of the
// prefix without the first, the last and the gateway's. The prefix must be IPv4.
func (c *Cloud) AddBlock(prefix string, datacenter Option, public bool) {
	p := netip.MustParsePrefix(prefix).Masked()
	size := 1 << (32 - p.Bits())
	subnet := p.Addr().String() + "/" + mask(p.Bits())
	c.look(func() {
		a := p.Addr().Next()
		for range size - 3 {
			a = a.Next()
			c.addresses = append(c.addresses, &Address{
				ID: c.nextID(), IP: a.String(), Subnet: subnet, Public: public,
				State: Unassigned, Datacenter: datacenter,
			})
		}
	})
}

func mask(bits int) string {
	m := ^uint32(0) << (32 - bits)
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}).String()
}

func (c *Cloud) address(ip string) *Address {
	for _, a := range c.addresses {
		if a.IP == ip {
			return a
		}
	}
	return nil
}

func (c *Cloud) ipList(q *call) (*answer, error) {
	kind, err := q.option("ip.type", []Option{ipPublic, ipPrivate})
	if err != nil {
		return nil, err
	}
	state, err := q.option("ip.state", []Option{Unassigned, Assigned})
	if err != nil {
		return nil, err
	}
	at, err := q.option("datacenter", datacenters())
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, a := range c.addresses {
		fits := (kind.ID == 0 || (kind == ipPublic) == a.Public) &&
			(state.ID == 0 || state == a.State) && (at.ID == 0 || at == a.Datacenter)
		if fits {
			rows = append(rows, a.view())
		}
	}
	return c.page(q, fault.Rows(c.opt.Faults, q.op, rows, func(object) time.Duration { return time.Hour }))
}
