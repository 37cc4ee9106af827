package flexiscale

// The networks, package and image of a seeded account.
const (
	SeedVLAN    = 552
	SeedPackage = 12345
	SeedImage   = 27
	seedInside  = 553
)

// Seed adds a believable estate: a public and a private VLAN, the images of
// 2008, one package, and ten servers in different states. The ids are the
// same each time.
func (c *Cloud) Seed() {
	c.AddPackage(Package{SeedPackage, "package"})
	c.AddVLAN(VLAN{SeedVLAN, "Cust15608VLAN1"}, "203.0.113.60", "203.0.113.90")
	c.AddVLAN(VLAN{seedInside, "Cust15608VLAN2"}, "10.8.0.10", "10.8.0.99")
	for _, i := range seedImages {
		c.AddImage(i)
	}
	for n, s := range seedServers {
		s.Package, s.Created = SeedPackage, c.opt.Clock().AddDate(0, 0, n-60)
		made := c.AddServer(s, SeedVLAN)
		if s.Processors > 1 {
			c.Plug(made.ID, seedInside)
		}
	}
}

var seedImages = []Image{
	{1, "Centos 5"},
	{3, "Centos 4"},
	{4, "Windows Server 2003 Standard"},
	{6, "Debian 4.0 (Etch)"},
	{15, "Centos 5 64 Bit"},
	{16, "Ubuntu 6.06 LTS"},
	{17, "Windows Server 2003 Standard 64 Bit"},
	{18, "Debian 4.0 64 Bit (Etch)"},
	{SeedImage, "Ubuntu 8.04 LTS"},
}

var seedServers = []Server{
	{Name: "shop_web_1", Status: Running, Processors: 1, MemoryMB: 1024, DiskGB: 20, Image: SeedImage},
	{Name: "shop_web_2", Status: Running, Processors: 1, MemoryMB: 1024, DiskGB: 20, Image: SeedImage},
	{Name: "shop_db", Status: Running, Processors: 4, MemoryMB: 4096, DiskGB: 100, Image: 15},
	{Name: "shop_reports", Status: Stopped, Processors: 2, MemoryMB: 2048, DiskGB: 50, Image: 17},
	{Name: "mail", Status: Running, Processors: 1, MemoryMB: 512, DiskGB: 20, Image: 18},
	{Name: "build", Status: Stopped, Processors: 2, MemoryMB: 2048, DiskGB: 50, Image: SeedImage},
	{Name: "legacy_erp", Status: Failed, Processors: 1, MemoryMB: 512, DiskGB: 20, Image: 3},
	{Name: "staging", Status: Stopped, Processors: 1, MemoryMB: 512, DiskGB: 20, Image: 6},
	{Name: "forum", Status: Running, Processors: 2, MemoryMB: 2048, DiskGB: 50, Image: 18},
	{Name: "campaign_2008", Status: Stopped, Processors: 1, MemoryMB: 1024, DiskGB: 20, Image: SeedImage},
}
