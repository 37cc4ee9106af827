package flexiscale

import (
	"net/url"
	"slices"

	"occigate/providers"
)

// Settings is a FlexiScale account's own part of the configuration.
type Settings struct {
	Endpoint string           `yaml:"endpoint"` // default https://api.flexiscale.com/0.5/index.php
	Username string           `yaml:"username"`
	Password providers.Secret `yaml:"password"`

	// Package is the id of the package that pays for new servers. Default: the
	// account's only one.
	Package int64 `yaml:"package_id"`

	// Sizes is what the catalogue offers, since the cloud has no such thing.
	Sizes []Size `yaml:"sizes"`

	// What a server gets that does not ask for something else.
	Image   string `yaml:"default_image"`   // id
	Size    string `yaml:"default_size"`    // name
	Network string `yaml:"default_network"` // id of a VLAN; default: the account's only one
}

// Size is one offer.
type Size struct {
	Name       string `yaml:"name"`
	Processors int    `yaml:"processors"`
	MemoryMiB  int    `yaml:"memory_mib"`
	DiskGiB    int    `yaml:"disk_gib"`
}

// defaultSizes are steps of the kind that the service sold; its own limits are
// not on record.
var defaultSizes = []Size{
	{"tiny", 1, 512, 20},
	{"small", 1, 1024, 20},
	{"medium", 2, 2048, 50},
	{"large", 4, 4096, 100},
	{"extra-large", 4, 8192, 200},
}

func defaults() Settings {
	return Settings{Endpoint: "https://api.flexiscale.com/0.5/index.php"}
}

// check refuses what cannot work, fills in the sizes and gives the endpoint.
func (s *Settings) check() (*url.URL, error) {
	base, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.User != nil || base.RawQuery != "":
		return nil, invalid("endpoint must be an http or https URL without user and query")
	case s.Username == "" || s.Password == "":
		return nil, invalid("username and password are needed")
	}
	if s.Sizes == nil {
		s.Sizes = slices.Clone(defaultSizes)
	}
	names := map[string]bool{}
	for i, size := range s.Sizes {
		if size.Name == "" || names[size.Name] {
			return nil, invalid("size %d: the name %q is empty or taken", i+1, size.Name)
		}
		names[size.Name] = true
		if size.Processors < 1 || size.MemoryMiB < 1 || size.DiskGiB < 1 {
			return nil, invalid("size %s: processors, memory_mib and disk_gib must be positive", size.Name)
		}
	}
	if s.Size != "" && !names[s.Size] {
		return nil, invalid("default_size %q is not among the sizes", s.Size)
	}
	return base, nil
}

// size finds a size by its name.
func (s *Settings) size(name string) (Size, bool) {
	i := slices.IndexFunc(s.Sizes, func(size Size) bool { return size.Name == name })
	if i < 0 {
		return Size{}, false
	}
	return s.Sizes[i], true
}

// sizeOf names the size of a server: the one of the same disk, or the first
// that differs in the disk alone, since a resize leaves that as it is.
func (s *Settings) sizeOf(processors, memory int, disk float64) (name string) {
	for _, size := range s.Sizes {
		if size.Processors != processors || size.MemoryMiB != memory {
			continue
		}
		if float64(size.DiskGiB) == disk {
			return size.Name
		}
		if name == "" {
			name = size.Name
		}
	}
	return name
}

func invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "settings", format, args...)
}
