package gogrid

// Seed adds a believable estate in US-West-1, that of an American branch: two
// blocks of addresses, five public images and one of the account's own, and nine
// servers in different states. A block in EU-West-1 stays free. The ids are the same each time.
func (c *Cloud) Seed() {
	c.AddBlock("203.0.113.32/28", USWest1, true)
	c.AddBlock("10.104.7.0/27", USWest1, false)
	c.AddBlock("198.51.100.64/28", EUWest1, true)
	images := map[string]int{}
	for n, i := range seedImages {
		i.Created = c.opt.Clock().AddDate(0, -9, n)
		images[i.Name] = c.AddImage(i).ID
	}
	free := map[bool][]string{}
	for _, a := range c.Addresses() {
		if a.Datacenter == USWest1 {
			free[a.Public] = append(free[a.Public], a.IP)
		}
	}
	for n, s := range seedServers {
		s.row.ImageID, s.row.RAM = images[s.image], ram[s.size].Option
		s.row.IP = free[true][n]
		if s.private {
			s.row.PrivateIP = free[false][n]
		}
		s.row.Created = c.opt.Clock().AddDate(0, 0, -60+n)
		c.AddServer(s.row)
	}
}

const (
	centos = "centos6.4_64_base"
	debian = "debian7_64_base"
	win    = "windows2008r2_64_sql"
	golden = "GSI-shop-golden"
)

var seedImages = []Image{
	{Name: centos, FriendlyName: "CentOS 6.4 (64-bit) w/ None", OS: "CentOS 6.4 (64-bit)", Public: true},
	{Name: "centos5.9_32_base", FriendlyName: "CentOS 5.9 (32-bit) w/ None", OS: "CentOS 5.9 (32-bit)", Bits: 32, Public: true},
	{Name: debian, FriendlyName: "Debian 7 (64-bit) w/ None", OS: "Debian 7 (64-bit)", Public: true},
	{Name: win, FriendlyName: "Windows Server 2008 R2 w/ SQL Server", OS: "Windows 2008 R2 (64-bit)", Public: true, Price: "0.1250"},
	{Name: "ubuntu12.04_64_lamp", FriendlyName: "Ubuntu 12.04 (64-bit) w/ LAMP", OS: "Ubuntu 12.04 (64-bit)", Public: true, Datacenters: []Option{USEast1}},
	{Name: golden, FriendlyName: "shop golden", Description: "web tier as of the last release", OS: "CentOS 6.4 (64-bit)", Datacenters: []Option{USWest1}},
}

var seedServers = []struct {
	row     Server
	image   string
	size    int // index into ram
	private bool
}{
	{Server{Name: "us-web-1", Description: "web tier", State: On}, golden, 2, true},
	{Server{Name: "us-web-2", Description: "web tier", State: On}, golden, 2, true},
	{Server{Name: "us-db", Description: "orders", State: On}, centos, 4, true},
	{Server{Name: "us-report", Description: "reports, at month's end", State: Off}, win, 4, true},
	{Server{Name: "us-mail", State: On}, debian, 1, false},
	{Server{Name: "us-build", State: Off}, debian, 3, false},
	{Server{Name: "us-stage", Description: "the next release", State: Off}, golden, 1, false},
	{Server{Name: "us-legacy", Description: "do not touch", State: On}, "centos5.9_32_base", 0, false},
	{Server{Name: "us-bastion", State: On}, debian, 0, false},
}
