package ec2

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"occigate/providers"
)

// Settings are the keys of one EC2 account.
type Settings struct {
	// Region is the region's code, such as eu-central-1. It is required, except
	// that credentials of the environment or a profile may bring one along.
	Region string `yaml:"region"`

	// Endpoint replaces the address of EC2 and STS: an http or https URL.
	// Default: AWS's own addresses in the region.
	Endpoint string `yaml:"endpoint"`

	// Credentials says where they come from: "static" (default) are the three
	// keys below, "environment" is what the AWS_* variables name, "profile" is
	// a profile of the shared files. The instance metadata service is never
	// asked.
	Credentials string `yaml:"credentials"`

	// AccessKeyID and SecretAccessKey are the static credentials; SessionToken
	// goes with temporary ones.
	AccessKeyID     string           `yaml:"access_key_id"`
	SecretAccessKey providers.Secret `yaml:"secret_access_key"`
	SessionToken    providers.Secret `yaml:"session_token"`

	// Profile is the profile's name. Default: "default".
	Profile string `yaml:"profile"`

	// ProfileFiles are the shared files to read, configuration and credentials
	// alike. Default: ~/.aws/config and ~/.aws/credentials.
	ProfileFiles []string `yaml:"profile_files"`

	// AssumeRole is a role to take on with the credentials. Default: none.
	AssumeRole *AssumeRole `yaml:"assume_role"`

	// Images says which images the catalogue lists.
	Images Images `yaml:"images"`

	// Sizes are the instance types of the catalogue: names, or patterns with
	// "*" such as "t3.*". Default: all of the current generation that are not
	// bare metal.
	Sizes []string `yaml:"sizes"`

	// VPC is the id of the VPC that networks are made in, and servers without a
	// named network. Default: the region's default VPC.
	VPC string `yaml:"vpc"`

	// DefaultNetwork is the id of the subnet of servers that name none.
	// Default: the VPC's only subnet, or a default subnet of the default VPC.
	DefaultNetwork string `yaml:"default_network"`

	// SecurityGroups are the ids of the groups of every interface that is made.
	// Default: the VPC's default group.
	SecurityGroups []string `yaml:"security_groups"`

	// DefaultImage and DefaultSize are used by servers that name none.
	// Default: none, so that such a create is refused.
	DefaultImage string `yaml:"default_image"`
	DefaultSize  string `yaml:"default_size"`

	// Zone is the availability zone of servers, volumes and networks that name
	// none. Default: EC2 chooses; for volumes, the zone of DefaultNetwork, else
	// the first zone that is available.
	Zone string `yaml:"zone"`

	// KeyName is the key pair of servers that name none and bring no public
	// key. Default: none.
	KeyName string `yaml:"key_name"`

	// VolumeType is the type of new volumes. Default: gp3.
	VolumeType string `yaml:"volume_type"`

	// Prices says where the account's prices come from. Default: nowhere.
	Prices Prices `yaml:"prices"`
}

// AssumeRole is a role to take on.
type AssumeRole struct {
	ARN         string           `yaml:"arn"`          // required
	ExternalID  providers.Secret `yaml:"external_id"`  // default: none
	SessionName string           `yaml:"session_name"` // default: occigate
}

// Images says which images the catalogue lists: those of the owners that fit
// the filters, and those named by id. Filters do not apply to the account's own.
type Images struct {
	// Owners are account numbers, "self", "amazon" or "aws-marketplace".
	// Default: self alone.
	Owners []string `yaml:"owners"`

	// Filters are those of DescribeImages by name, such as
	// {name: ["debian-13-amd64-*"]}. "amazon" and "aws-marketplace" own tens of
	// thousands of images, so that a filter is required with them.
	Filters map[string][]string `yaml:"filters"`

	// IDs are further images, whoever owns them. Default: none.
	IDs []string `yaml:"ids"`
}

// The values of Settings.Credentials.
const (
	credentialsStatic      = "static"
	credentialsEnvironment = "environment"
	credentialsProfile     = "profile"
)

// self is the owner that stands for the account.
const self = "self"

func (s *Settings) setDefaults() {
	s.Credentials = cmp.Or(s.Credentials, credentialsStatic)
	s.VolumeType = cmp.Or(s.VolumeType, "gp3")
	if s.Credentials == credentialsProfile {
		s.Profile = cmp.Or(s.Profile, "default")
	}
	if s.AssumeRole != nil {
		s.AssumeRole.SessionName = cmp.Or(s.AssumeRole.SessionName, "occigate")
	}
	if len(s.Images.Owners) == 0 {
		s.Images.Owners = []string{self}
	}
	s.Prices.setDefaults()
}

// validate finds everything that is wrong at once.
func (s *Settings) validate() error {
	var wrong []error
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }

	if s.Region == "" && s.Credentials == credentialsStatic {
		refuse("region is missing")
	}
	if u, err := url.Parse(s.Endpoint); s.Endpoint != "" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https") {
		refuse("endpoint must be an http or https URL without user and password")
	}
	s.validateCredentials(refuse)
	s.Prices.validate(refuse)
	broad := slices.ContainsFunc(s.Images.Owners, func(o string) bool { return o == "amazon" || o == "aws-marketplace" })
	if broad && len(s.Images.Filters) == 0 {
		refuse("images.owners names amazon or aws-marketplace, so images.filters must narrow them")
	}
	if len(wrong) > 0 {
		return providers.Errorf(providers.ErrInvalid, "ec2 settings", "%v", errors.Join(wrong...))
	}
	return nil
}

func (s *Settings) validateCredentials(refuse func(string, ...any)) {
	static := s.AccessKeyID != "" || s.SecretAccessKey != "" || s.SessionToken != ""
	profile := s.Profile != "" || len(s.ProfileFiles) > 0
	switch s.Credentials {
	case credentialsStatic:
		if s.AccessKeyID == "" || s.SecretAccessKey == "" {
			refuse("static credentials need access_key_id and secret_access_key")
		}
	case credentialsEnvironment, credentialsProfile:
		if static {
			refuse("access_key_id, secret_access_key and session_token belong to static credentials, not to %q", s.Credentials)
		}
	default:
		refuse("credentials must be static, environment or profile, not %q", s.Credentials)
	}
	if profile && s.Credentials != credentialsProfile {
		refuse("profile and profile_files belong to credentials: profile")
	}
	if s.AssumeRole != nil && s.AssumeRole.ARN == "" {
		refuse("assume_role.arn is missing")
	}
}
