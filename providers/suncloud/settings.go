package suncloud

import (
	"net/url"

	"occigate/providers"
)

// Settings is a Sun Cloud account's own part of the configuration.
type Settings struct {
	URI      string           `yaml:"uri"` // of the Cloud resource, the service's only entry
	User     string           `yaml:"user"`
	Password providers.Secret `yaml:"password"`
	VDC      string           `yaml:"vdc"`     // name; default: the only one
	Cluster  string           `yaml:"cluster"` // name, where servers and networks are made; default: the root

	// What a server gets that does not ask for something else.
	Image   string `yaml:"default_image"`   // template, by URI or name
	Size    string `yaml:"default_size"`    // id or name
	Network string `yaml:"default_network"` // VNet, by URI or name; default: none

	// Sizes are offered beside the figures that templates have.
	Sizes []Size `yaml:"sizes"`
}

// Size is a named set of figures.
type Size struct {
	Name      string `yaml:"name"`
	CPU       int    `yaml:"cpu_mhz"`
	MemoryMiB int    `yaml:"memory_mib"`
	BootDisk  int    `yaml:"boot_disk_gib"`
	DataDisk  int    `yaml:"data_disk_gib"`
	TempDisk  int    `yaml:"temp_disk_gib"`
}

// check refuses settings that lack something and gives the service's URI.
func (s Settings) check() (*url.URL, error) {
	service, err := url.Parse(s.URI)
	switch {
	case err != nil || service.Host == "" || service.Scheme != "http" && service.Scheme != "https":
		return nil, invalid("uri is no URL")
	case service.User != nil:
		return nil, invalid("user and password do not belong into uri")
	case s.User == "":
		return nil, invalid("user is missing")
	case s.Password == "":
		return nil, invalid("password is missing")
	}
	seen := map[string]bool{}
	for _, size := range s.Sizes {
		if size.Name == "" || size.CPU < 1 || size.MemoryMiB < 1 || size.BootDisk < 0 || size.DataDisk < 0 || size.TempDisk < 0 {
			return nil, invalid("each of sizes needs name, cpu_mhz and memory_mib")
		}
		if seen[size.Name] {
			return nil, invalid("two sizes are named %q", size.Name)
		}
		seen[size.Name] = true
	}
	return service, nil
}

func invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "settings", format, args...)
}
