package elastichosts

import (
	"net/url"
	"slices"
	"time"

	"occigate/providers"
)

// Settings is an ElasticHosts account's own part of the configuration.
type Settings struct {
	// URI is the stem of the endpoint, whose path is kept:
	// https://api-lon-p.elastichosts.com, https://us-east.crosspeer.com/api/.
	URI  string           `yaml:"uri"`
	User string           `yaml:"user"` // user UUID
	Key  providers.Secret `yaml:"key"`  // secret API key

	// Format is the representation on the wire: text (default) or json.
	Format string `yaml:"format"`

	// Sizes is what the catalogue offers, since the cloud has no such thing.
	// Default: five triples that clients of this cloud have long used.
	Sizes []Size `yaml:"sizes"`

	// What a server gets that does not ask for something else.
	Image string `yaml:"default_image"` // UUID of a standard drive
	Size  string `yaml:"default_size"`  // name

	// ShutdownTimeout is how long a guest may take to obey the power button.
	// Default: 10m.
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout"`
}

// Size is one offer. CPU is the sum over all cores in MHz, as the cloud counts;
// Cores 0 derives their number from it.
type Size struct {
	Name      string  `yaml:"name"`
	CPU       int     `yaml:"cpu_mhz"`
	Cores     int     `yaml:"cores"`
	MemoryMiB int     `yaml:"memory_mib"`
	DiskGiB   float64 `yaml:"disk_gib"`
}

// defaultSizes are the sizes of Apache Libcloud's driver for this cloud.
var defaultSizes = []Size{
	{Name: "small", CPU: 2000, MemoryMiB: 1700, DiskGiB: 160},
	{Name: "high-cpu-medium", CPU: 5000, MemoryMiB: 1700, DiskGiB: 350},
	{Name: "large", CPU: 4000, MemoryMiB: 7680, DiskGiB: 850},
	{Name: "extra-large", CPU: 8000, MemoryMiB: 8192, DiskGiB: 1690},
	{Name: "high-cpu-extra-large", CPU: 20000, MemoryMiB: 7168, DiskGiB: 1690},
}

// The ranges of cpu and mem, which licensees narrow (Server API details).
const (
	minCPU, maxCPU       = 500, 20000
	minMemory, maxMemory = 256, 8192
)

func defaults() Settings {
	return Settings{Format: "text", ShutdownTimeout: 10 * time.Minute}
}

// check refuses what cannot work, fills in the sizes and gives the stem.
func (s *Settings) check() (*url.URL, error) {
	base, err := url.Parse(s.URI)
	switch {
	case s.URI == "":
		return nil, invalid("uri is missing")
	case err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || base.User != nil || base.RawQuery != "":
		return nil, invalid("uri must be an http or https URL without user and query")
	case s.User == "" || s.Key == "":
		return nil, invalid("user and key are needed")
	case formats[s.Format].media == "":
		return nil, invalid("format must be text or json, not %q", s.Format)
	case s.ShutdownTimeout <= 0:
		return nil, invalid("shutdown_timeout must be positive")
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
		if size.CPU < minCPU || size.CPU > maxCPU || size.MemoryMiB < minMemory || size.MemoryMiB > maxMemory || size.DiskGiB <= 0 || size.Cores < 0 {
			return nil, invalid("size %s: cpu_mhz is %d to %d, memory_mib %d to %d, disk_gib positive", size.Name, minCPU, maxCPU, minMemory, maxMemory)
		}
		if size.Cores == 0 {
			s.Sizes[i].Cores = coresOf(size.CPU)
		}
	}
	if s.Size != "" && !names[s.Size] {
		return nil, invalid("default_size %q is not among the sizes", s.Size)
	}
	return base, nil
}

func invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "settings", format, args...)
}
