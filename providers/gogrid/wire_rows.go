package gogrid

import (
	"cmp"
	"encoding/json"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"occigate/providers"
)

// number is a number that may come as a string, or as null for 0.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	if s == "" || s == "null" {
		*n = 0
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return &json.UnmarshalTypeError{Value: "text", Field: "number"}
	}
	*n = number(f)
	return nil
}

// key is an object's id as text: a number, a number as a string, or "" for
// none.
type key string

func (k *key) UnmarshalJSON(text []byte) error {
	*k = key(strings.Trim(string(text), `"`))
	if *k == "null" {
		*k = ""
	}
	return nil
}

func (k key) String() string { return string(k) }

// order is the id as a number, for the order in which things were made.
func (k key) order() int64 {
	n, _ := strconv.ParseInt(string(k), 10, 64)
	return n
}

// option is a word of a vocabulary.
type option struct {
	ID          key    `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// is reports whether an option has that name or id.
func (o option) is(text string) bool { return o.Name == text || o.ID.String() == text }

// ipRow is an address. Its holder is not in its document.
type ipRow struct {
	ID         key    `json:"id"`
	Holder     key    `json:"-"` // id of the server that has it
	IP         string `json:"ip"`
	Subnet     string `json:"subnet"` // 203.0.113.0/255.255.255.240
	Public     bool   `json:"public"`
	State      option `json:"state"`
	Datacenter option `json:"datacenter"`
}

// looseIP is an address that comes as an object, as text, or as null.
type looseIP struct{ ipRow }

func (i *looseIP) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &i.IP)
	}
	return json.Unmarshal(text, &i.ipRow)
}

// prefix turns GoGrid's form of a subnet into a CIDR, "" when it is none.
func prefix(subnet string) string {
	address, mask, _ := strings.Cut(subnet, "/")
	ip, m := net.ParseIP(address), net.ParseIP(mask).To4()
	if ip == nil || m == nil {
		return ""
	}
	ones, _ := net.IPMask(m).Size()
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	p, err := parsed.Prefix(ones)
	if err != nil {
		return ""
	}
	return p.String()
}

// imageRow is a server image.
type imageRow struct {
	ID           key      `json:"id"`
	Name         string   `json:"name"`
	FriendlyName string   `json:"friendlyName"`
	Description  string   `json:"description"`
	Architecture option   `json:"architecture"`
	OS           option   `json:"os"`
	MinRAM       option   `json:"minram"`
	State        option   `json:"state"`
	Public       bool     `json:"isPublic"`
	Created      number   `json:"createdTime"` // milliseconds
	Centers      []center `json:"datacenterlist"`
	Price        key      `json:"price"` // as it is written, so that it stays exact
}

// center is an image's state in one datacenter.
type center struct {
	Datacenter option `json:"datacenter"`
	State      option `json:"state"`
}

// serverRow is a server; its id is "" until it is built.
type serverRow struct {
	ID          key      `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	IP          looseIP  `json:"ip"`
	PrivateIP   looseIP  `json:"privateip"`
	RAM         option   `json:"ram"`
	Image       imageRow `json:"image"`
	State       option   `json:"state"`
	Datacenter  option   `json:"datacenter"`
	Cores       number   `json:"cores"` // may be 0.5
}

// jobRow is what the cloud does about a change.
type jobRow struct {
	ID      key    `json:"id"`
	Command option `json:"command"`
	State   option `json:"currentstate"`
	History []struct {
		Note string `json:"note"`
	} `json:"history"`
	Detail detail `json:"detail"`
}

// detail says what a job is about: an object or, as Java prints one, a text:
// {type=virtual_server, name=web}.
type detail struct{ Name string }

func (d *detail) UnmarshalJSON(text []byte) error {
	var object struct{ Name string }
	var printed string
	if json.Unmarshal(text, &printed) == nil {
		for field := range strings.SplitSeq(strings.Trim(printed, "{}"), ", ") {
			if name, is := strings.CutPrefix(field, "name="); is {
				d.Name = name
			}
		}
		return nil
	}
	err := json.Unmarshal(text, &object)
	d.Name = object.Name
	return err
}

// mebibytes reads a size's name: 512MB, 1GB. Others are 0.
func mebibytes(name string) int {
	for unit, factor := range map[string]int{"MB": 1, "GB": 1 << 10} {
		if n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(name, unit))); err == nil && strings.HasSuffix(name, unit) {
			return n * factor
		}
	}
	return 0
}

// moment turns milliseconds into a time, 0 into none.
func moment(ms number) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms)).UTC()
}

// createJob is the command of a job that creates a server.
const createJob = "CreateVirtualServer"

// lost are the ends of a job that made nothing.
var lost = []string{"Failed", "Canceled", "Fatal"}

// failure is the error of a job that made nothing, with the newest thing that it
// says of itself.
func (j jobRow) failure() error {
	if !slices.Contains(lost, j.State.Name) {
		return nil
	}
	note := ""
	for _, h := range j.History {
		note = cmp.Or(h.Note, note)
	}
	return &providers.Error{
		Kind: providers.ErrConflict, Op: j.Command.Name, Code: j.State.Name,
		Message: cmp.Or(note, "the job that creates the server says no more"),
	}
}

// in reports whether an image is in a datacenter, by name or id; one that names
// none is in all.
func (r imageRow) in(datacenter string) bool {
	return len(r.Centers) == 0 || slices.ContainsFunc(r.Centers, func(c center) bool { return c.Datacenter.is(datacenter) })
}
