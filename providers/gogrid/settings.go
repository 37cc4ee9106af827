package gogrid

import (
	"net/url"
	"path"

	"occigate/providers"
)

// Settings is a GoGrid account's own part of the configuration.
type Settings struct {
	Endpoint   string           `yaml:"endpoint"` // default https://api.gogrid.com/api
	APIKey     providers.Secret `yaml:"api_key"`
	Secret     providers.Secret `yaml:"secret"`     // shared secret of the key
	Datacenter string           `yaml:"datacenter"` // name or id: US-West-1

	// What a server gets that does not ask for something else.
	Image string `yaml:"default_image"` // id or name
	Size  string `yaml:"default_size"`  // name or id: 1GB

	// Images are patterns, as in a shell, of the names of images that the
	// catalogue offers. None offer all. The account's own are always offered.
	Images []string `yaml:"images"`
}

func defaults() Settings {
	return Settings{Endpoint: "https://api.gogrid.com/api"}
}

// check refuses settings that lack something and gives the endpoint.
func (s Settings) check() (*url.URL, error) {
	base, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || base.Host == "" || base.RawQuery != "":
		return nil, invalid("endpoint is no URL")
	case s.APIKey == "":
		return nil, invalid("api_key is missing")
	case s.Secret == "":
		return nil, invalid("secret is missing")
	case s.Datacenter == "":
		return nil, invalid("datacenter is missing")
	}
	for _, pattern := range s.Images {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, invalid("images are patterns as in a shell, with *, ? and [a-z]")
		}
	}
	return base, nil
}

// offers reports whether an image's name fits the patterns.
func (s Settings) offers(names ...string) bool {
	for _, pattern := range s.Images {
		for _, name := range names {
			if ok, _ := path.Match(pattern, name); ok {
				return true
			}
		}
	}
	return len(s.Images) == 0
}

func invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "settings", format, args...)
}
