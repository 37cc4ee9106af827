package openstack

import (
	"cmp"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/configured"
)

// Settings is an OpenStack account's own part of the configuration. The names
// are those of an openrc or clouds.yaml file. Where a name or an id is taken,
// a UUID is an id.
type Settings struct {
	// Where: the Keystone v3 URL, the region (empty: the catalogue's only one)
	// and which of a service's URLs to use: public, internal or admin.
	AuthURL   string `yaml:"auth_url"`
	Region    string `yaml:"region"`
	Interface string `yaml:"interface"` // default public

	// Credentials is "static" (default) for the keys below, "environment" to
	// read the OS_* variables of an openrc file instead.
	Credentials string `yaml:"credentials"`

	// A user with a password, in a project. Domains default to the name
	// Default.
	Username          string           `yaml:"username"`
	UserID            string           `yaml:"user_id"`
	Password          providers.Secret `yaml:"password"`
	UserDomainName    string           `yaml:"user_domain_name"`
	UserDomainID      string           `yaml:"user_domain_id"`
	ProjectName       string           `yaml:"project_name"`
	ProjectID         string           `yaml:"project_id"`
	ProjectDomainName string           `yaml:"project_domain_name"`
	ProjectDomainID   string           `yaml:"project_domain_id"`

	// Or an application credential: its id, or its name with the user above.
	ApplicationCredentialID     string           `yaml:"application_credential_id"`
	ApplicationCredentialName   string           `yaml:"application_credential_name"`
	ApplicationCredentialSecret providers.Secret `yaml:"application_credential_secret"`

	// Or an entry of a clouds.yaml file, with the secure.yaml beside it. Auth
	// URL, region and interface above win over the entry's.
	CloudsFile string `yaml:"clouds_file"`
	Cloud      string `yaml:"cloud"`

	// Endpoints replace the catalogue's URL of a service.
	Endpoints Endpoints `yaml:"endpoints"`

	// What a server gets that does not ask for something else.
	Image          string   `yaml:"default_image"`   // id or name
	Flavor         string   `yaml:"default_flavor"`  // name or id
	Network        string   `yaml:"default_network"` // id or name
	SecurityGroups []string `yaml:"security_groups"` // names or ids; none: the project's "default"
	Zone           string   `yaml:"zone"`            // availability zone of servers
	KeyName        string   `yaml:"key_name"`        // key pair

	ExternalNetwork string `yaml:"external_network"` // pool of floating addresses, id or name
	VolumeType      string `yaml:"volume_type"`      // empty: the cloud's default
	VolumeZone      string `yaml:"volume_zone"`      // availability zone of volumes

	// What the catalogue offers: patterns of names as in a shell ("ubuntu-*").
	// None offer all. Images of the project itself are always offered.
	Images  configured.Patterns `yaml:"images"`
	Flavors configured.Patterns `yaml:"flavors"`
}

// Endpoints are base URLs of services, with or without the API's version.
type Endpoints struct {
	Compute string `yaml:"compute"`
	Image   string `yaml:"image"`
	Network string `yaml:"network"`
	Volume  string `yaml:"volume"`
}

// of gives the override of a service, empty when there is none.
func (e Endpoints) of(s service) string {
	return map[service]string{compute: e.Compute, image: e.Image, network: e.Network, volume: e.Volume}[s]
}

func defaults() Settings {
	return Settings{Credentials: "static", UserDomainName: "Default", ProjectDomainName: "Default"}
}

// interfaces are the kinds of URL that a catalogue holds for each endpoint.
var interfaces = []string{"public", "internal", "admin"}

// check refuses settings that contradict each other or lack something.
func (s Settings) check() error {
	if err := cmp.Or(s.Images.Check("images"), s.Flavors.Check("flavors")); err != nil {
		return err
	}
	switch {
	case s.Interface != "" && !slices.Contains(interfaces, s.Interface):
		return invalid("interface must be public, internal or admin, not %q", s.Interface)
	case s.Credentials != "static" && s.Credentials != "environment":
		return invalid("credentials must be static or environment, not %q", s.Credentials)
	case s.Credentials == "environment" && s.Cloud != "":
		return invalid("credentials: environment and cloud exclude each other")
	case s.CloudsFile != "" && s.Cloud == "":
		return invalid("clouds_file needs cloud, the name of its entry")
	case s.Credentials == "environment" || s.Cloud != "":
		return nil
	case s.AuthURL == "":
		return invalid("auth_url is missing")
	}
	return s.checkOwn()
}

// checkOwn is check for credentials that stand in the settings themselves.
func (s Settings) checkOwn() error {
	user := s.Username != "" || s.UserID != ""
	switch {
	case s.ApplicationCredentialID != "" || s.ApplicationCredentialName != "":
		if s.ApplicationCredentialSecret == "" {
			return invalid("application_credential_secret is missing")
		}
		if s.ApplicationCredentialID == "" && !user {
			return invalid("application_credential_name needs username or user_id")
		}
	case !user:
		return invalid("username, application_credential_id or cloud is missing")
	case s.Password == "":
		return invalid("password is missing")
	case s.ProjectID == "" && s.ProjectName == "":
		return invalid("project_name or project_id is missing")
	}
	return nil
}

func invalid(format string, args ...any) error { return configured.Invalid(format, args...) }
