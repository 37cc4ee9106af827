package openstack

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"occigate/providers"
)

// service is one of OpenStack's services.
type service string

const (
	compute service = "compute"
	image   service = "image"
	network service = "network"
	volume  service = "volume"
)

// The microversions that every request asks for. A cloud that is older answers
// 406, which is [providers.ErrUnsupported].
const (
	// computeVersion is Nova of Stein (2019). It brings the flavor's figures
	// inside the server (2.47), the new image's id in createImage's answer
	// (2.45), tags at create (2.52), attaching volumes that serve many (2.60),
	// and servers of a cell that does not answer as rows that say so instead
	// of no rows at all (2.69): a listing must be everything or an error.
	computeVersion = "2.69"

	// volumeVersion is Cinder of Pike (2017): extending a volume while it is
	// attached (3.42).
	volumeVersion = "3.42"
)

// services says of each how the catalogue calls it (Service Types Authority,
// https://service-types.openstack.org), the path of its API where the catalogue
// leaves it out, and the microversion. Image and network have none.
var services = map[service]struct {
	types        []string
	path         string
	header       string // gophercloud's name, from which it derives the version's header
	microversion string
}{
	compute: {[]string{"compute"}, "v2.1/", "compute", computeVersion},
	image:   {[]string{"image"}, "v2/", "image", ""},
	network: {[]string{"network", "networking"}, "v2.0/", "network", ""},
	volume:  {[]string{"volumev3", "block-storage", "block-store", "volume"}, "v3/", "volumev3", volumeVersion},
}

// versioned finds the API's version in an endpoint's path.
var versioned = regexp.MustCompile(`/v\d+(\.\d+)?(/|$)`)

// service makes gophercloud's client of a service by the present catalogue.
// gophercloud's own constructors ask each service for its versions first,
// outside of any context; the catalogue and the table above make that
// needless.
func (s *session) service(to service) (*gophercloud.ServiceClient, error) {
	endpoint, err := s.endpoint(to)
	if err != nil {
		return nil, err
	}
	about := services[to]
	return &gophercloud.ServiceClient{
		ProviderClient: s.client, Endpoint: endpoint,
		Type: about.header, Microversion: about.microversion,
	}, nil
}

// endpoint is the base URL of a service with its version and a slash at the
// end. A service that the cloud does not have is [providers.ErrUnsupported]; one
// that it has elsewhere is [providers.ErrInvalid] and says where.
func (s *session) endpoint(to service) (string, error) {
	g, about := s.grant.Load(), services[to]
	if own := s.overrides.of(to); own != "" {
		return withVersion(own, about.path, to, g.project), nil
	}
	for _, kind := range about.types {
		for _, entry := range g.catalogue {
			for _, e := range entry.Endpoints {
				here := entry.Type == kind && e.Interface == s.credential.face && (g.region == "" || regionOf(e) == g.region)
				if here {
					return withVersion(e.URL, about.path, to, g.project), nil
				}
			}
		}
	}
	regions := regionsOf(g.catalogue, about.types)
	if len(regions) == 0 {
		return "", providers.Errorf(providers.ErrUnsupported, string(to), "the cloud's catalogue has no %s service", to)
	}
	return "", providers.Errorf(providers.ErrInvalid, string(to), "there is no %s endpoint for the %s service in region %q, only in %s",
		s.credential.face, to, g.region, strings.Join(slices.Compact(regions), ", "))
}

// withVersion completes a URL from the catalogue. Cinder wants the project in
// the path up to microversion 3.67.
func withVersion(base, path string, to service, project string) string {
	base = strings.TrimRight(base, "/") + "/"
	if versioned.MatchString(base) {
		return base
	}
	if to == volume {
		return base + path + project + "/"
	}
	return base + path
}
