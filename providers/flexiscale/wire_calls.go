package flexiscale

import (
	"context"
	"net/netip"
	"slices"
	"strconv"

	"occigate/providers/internal/listing"
)

// The operations that are used, and what they take and return. Ids are numbers
// at the cloud and text here.

// serverRow is a server. The initial password is not read.
type serverRow struct {
	id, name, status, image      string
	processors, memoryMB, diskMB int
	modified                     bool // the figures count after a stop and start
	ips                          []string

	packageID, vlan string // of a create only
}

// nicRow is an interface of a server.
type nicRow struct{ id, server, vlan, mac string }

// diskRow is a disk, whose server may be empty.
type diskRow struct {
	id, name, server string
	sizeGB           int
}

// blockRow is a range of addresses of a VLAN, both ends included (inferred).
type blockRow struct {
	vlan       string
	start, end netip.Addr
}

// named is an image, a package or a VLAN.
type named struct{ id, name string }

// jobRow is a job.
type jobRow struct {
	id, status  int
	description string
}

// The states of a job; 2 is one that is completed.
const (
	jobRunning = 1
	jobFailed  = 3
)

func (c *client) servers(ctx context.Context) ([]serverRow, error) {
	rows, err := list(ctx, c, "ListServers", row.server, names())
	return listing.Once(rows, err, func(r serverRow) string { return r.id })
}

func (c *client) interfaces(ctx context.Context) ([]nicRow, error) {
	rows, err := list(ctx, c, "ListNetworkInterfaces", row.nic, all())
	return listing.Once(rows, err, func(r nicRow) string { return r.id })
}

func (c *client) disks(ctx context.Context) ([]diskRow, error) {
	return list(ctx, c, "ListDisks", row.disk, all())
}

// blocks lists the ranges. One that makes no sense is left out: it says only
// where addresses belong.
func (c *client) blocks(ctx context.Context) ([]blockRow, error) {
	rows, err := list(ctx, c, "ListIpBlocks", row.block, all())
	return slices.DeleteFunc(rows, func(b blockRow) bool { return !b.start.IsValid() || !b.end.IsValid() }), err
}

func (c *client) vlans(ctx context.Context) ([]named, error) {
	return list(ctx, c, "ListVlans", func(r row) named { return r.named("vlan") }, all())
}

func (c *client) packages(ctx context.Context) ([]named, error) {
	return list(ctx, c, "ListPackages", func(r row) named { return r.named("package") }, all())
}

func (c *client) images(ctx context.Context) ([]named, error) {
	return list(ctx, c, "ListOperatingSystemImages", func(r row) named { return r.named("operating_system_image") })
}

// jobs lists those with an id: one or none. WaitForJobs would block for minutes.
func (c *client) jobs(ctx context.Context, id int) ([]jobRow, error) {
	return list(ctx, c, "ListJobs", row.job, array("list", "xsd:int", strconv.Itoa(id)))
}

func (c *client) createServer(ctx context.Context, s serverRow) (id string, err error) {
	n, err := c.number(ctx, "CreateServer", s.params()...)
	return strconv.Itoa(n), err
}

func (c *client) modifyServer(ctx context.Context, id string, processors, memoryMB int) error {
	_, err := c.call(ctx, "ModifyServer", object("specification", "Server",
		ref("server_id", id), num("processors", processors), num("memory", memoryMB)))
	return err
}

// control makes one of the calls that change whether a server runs, which are
// carried out by jobs. A method is one of StopServer.
func (c *client) control(ctx context.Context, op, server string, method int) (job int, err error) {
	params := []param{str("server_name", server)}
	if method != 0 {
		params = append(params, num("stop_method", method))
	}
	return c.number(ctx, op, append(params, str("notes", "occigate"))...)
}

func (c *client) destroyServer(ctx context.Context, name string) error {
	_, err := c.call(ctx, "DestroyServer", str("server_name", name))
	return err
}

// params are those of CreateServer, which takes the disk in GB.
func (s serverRow) params() []param {
	return []param{
		object("specification", "Server",
			str("server_name", s.name), ref("package_id", s.packageID),
			num("processors", s.processors), num("memory", s.memoryMB),
			object("operating_system_image", "OperatingSystemImage", ref("operating_system_image_id", s.image)),
			long("disk_capacity", s.diskMB/1024)),
		object("vlan", "Vlan", ref("vlan_id", s.vlan)),
	}
}

func (r row) server() serverRow {
	s := serverRow{
		id: r.id("server_id"), name: r.text("server_name"), status: r.text("status"),
		image:      r.kid("operating_system_image").text("operating_system_image_id"),
		processors: r.number("processors"), memoryMB: r.number("memory"), diskMB: r.number("disk_capacity"),
		modified: r.text("modified") == "true",
	}
	for _, ip := range r.kid("ip_addresses").items() {
		s.ips = append(s.ips, ip.value())
	}
	return s
}

func (r row) nic() nicRow {
	return nicRow{r.id("network_interface_id"), r.id("server_id"), r.id("vlan_id"), r.text("mac_address")}
}

func (r row) disk() diskRow {
	d := diskRow{id: r.id("disk_id"), name: r.text("disk_name"), sizeGB: r.number("capacity")}
	if r.number("server_id") != 0 {
		d.server = r.id("server_id")
	}
	return d
}

func (r row) block() blockRow {
	start, _ := netip.ParseAddr(r.text("start_ip"))
	end, _ := netip.ParseAddr(r.text("end_ip"))
	return blockRow{r.text("customer_vlan_id"), start, end}
}

func (r row) named(kind string) named {
	n := named{r.id(kind + "_id"), r.text(kind + "_name")}
	if n.name == "" {
		n.name = n.id
	}
	return n
}

func (r row) job() jobRow {
	return jobRow{r.number("job_id"), r.number("status"), r.text("description")}
}

// list makes a call that returns an array, and reads its rows. One that returns
// nothing at all is broken; an array that is nil has no rows.
func list[T any](ctx context.Context, c *client, op string, read func(row) T, params ...param) ([]T, error) {
	r, err := c.call(ctx, op, params...)
	if err != nil {
		return nil, err
	}
	if r.name == "" {
		r.doc.note("the answer has no %sReturn", op)
	}
	items := r.items()
	rows := make([]T, 0, len(items))
	for _, item := range items {
		rows = append(rows, read(item))
	}
	return rows, r.doc.broken
}

// number makes a call that returns a number.
func (c *client) number(ctx context.Context, op string, params ...param) (int, error) {
	r, err := c.call(ctx, op, params...)
	if err != nil {
		return 0, err
	}
	n := r.integer()
	return n, r.doc.broken
}
