package openstack

import (
	"os"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// credential is where to log in and as whom, whatever it was read from.
type credential struct {
	authURL string // ends in /v3/
	region  string // empty: the catalogue's only one
	face    string // public, internal or admin
	auth    tokens.AuthOptions
}

// credential checks the settings and reads the source of credentials they name.
func (s Settings) credential() (credential, error) {
	if err := s.check(); err != nil {
		return credential{}, err
	}
	c := credential{authURL: s.AuthURL, region: s.Region, face: s.Interface}
	switch {
	case s.Credentials == "environment":
		c.environment(os.Getenv)
	case s.Cloud != "":
		if err := c.cloudsFile(s); err != nil {
			return credential{}, err
		}
	default:
		c.auth = s.auth()
	}
	if c.face == "" {
		c.face = "public"
	}
	return c.complete()
}

// complete gives the URL its version and refuses what can never log in.
func (c credential) complete() (credential, error) {
	if c.authURL == "" {
		return credential{}, invalid("there is no auth_url")
	}
	c.authURL = strings.TrimRight(c.authURL, "/")
	if strings.HasSuffix(c.authURL, "/v2.0") {
		return credential{}, invalid("auth_url is of Keystone v2.0, v3 is needed")
	}
	c.authURL = strings.TrimSuffix(c.authURL, "/v3") + "/v3/"
	scope, err := c.auth.ToTokenV3ScopeMap()
	if err == nil {
		_, err = c.auth.ToTokenV3CreateMap(scope)
	}
	if err != nil {
		return credential{}, invalid("credentials: %v", err)
	}
	return c, nil
}

// auth is what the settings' own keys say of who logs in.
func (s Settings) auth() tokens.AuthOptions {
	who := tokens.AuthOptions{Username: s.Username, UserID: s.UserID}
	if who.Username != "" {
		who.DomainID, who.DomainName = domain(s.UserDomainID, s.UserDomainName)
	}
	if s.ApplicationCredentialID != "" || s.ApplicationCredentialName != "" {
		who.ApplicationCredentialID = s.ApplicationCredentialID
		who.ApplicationCredentialName = s.ApplicationCredentialName
		who.ApplicationCredentialSecret = s.ApplicationCredentialSecret.Reveal()
		return who
	}
	who.Password = s.Password.Reveal()
	who.Scope = project(s.ProjectID, s.ProjectName, s.ProjectDomainID, s.ProjectDomainName)
	return who
}

// domain gives the id when there is one, since Keystone takes only one of both.
func domain(id, name string) (string, string) {
	if id != "" {
		return id, ""
	}
	return "", name
}

func project(id, name, domainID, domainName string) tokens.Scope {
	if id != "" {
		return tokens.Scope{ProjectID: id}
	}
	domainID, domainName = domain(domainID, domainName)
	return tokens.Scope{ProjectName: name, DomainID: domainID, DomainName: domainName}
}

// environment reads the variables of an openrc file
// (https://docs.openstack.org/python-openstackclient, "Environment variables").
func (c *credential) environment(get func(string) string) {
	first := func(names ...string) string {
		for _, n := range names {
			if v := get(n); v != "" {
				return v
			}
		}
		return ""
	}
	orDefault := func(id, name string) string {
		if id == "" && name == "" {
			return "Default"
		}
		return name
	}
	userDomain, projectDomain := first("OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"), first("OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID")
	s := Settings{
		Username: get("OS_USERNAME"), UserID: first("OS_USER_ID", "OS_USERID"),
		UserDomainID: userDomain, UserDomainName: orDefault(userDomain, first("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME")),
		ProjectID: first("OS_PROJECT_ID", "OS_TENANT_ID"), ProjectName: first("OS_PROJECT_NAME", "OS_TENANT_NAME"),
		ProjectDomainID: projectDomain, ProjectDomainName: orDefault(projectDomain, first("OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME")),
		ApplicationCredentialID: get("OS_APPLICATION_CREDENTIAL_ID"), ApplicationCredentialName: get("OS_APPLICATION_CREDENTIAL_NAME"),
	}
	c.auth = s.auth()
	c.auth.Password = get("OS_PASSWORD")
	if s.ApplicationCredentialID != "" || s.ApplicationCredentialName != "" {
		c.auth.Password, c.auth.ApplicationCredentialSecret = "", get("OS_APPLICATION_CREDENTIAL_SECRET")
	}
	c.prefer(get("OS_AUTH_URL"), get("OS_REGION_NAME"), first("OS_INTERFACE", "OS_ENDPOINT_TYPE"))
}

// cloudsFile reads the settings' entry of a clouds.yaml. gophercloud looks at
// OS_* variables for what it is not told, so it is told everything.
func (c *credential) cloudsFile(s Settings) error {
	opts := []clouds.ParseOption{clouds.WithCloudName(s.Cloud), clouds.WithRegion(s.Region), clouds.WithEndpointType(s.Interface)}
	// Without a file gophercloud looks in its usual places.
	var places []string
	if s.CloudsFile != "" {
		places = []string{s.CloudsFile}
	}
	found, endpoint, tls, err := clouds.Parse(append(opts, clouds.WithLocations(places...))...)
	if err != nil {
		return invalid("cloud %s: %v", s.Cloud, err)
	}
	if tls != nil && (tls.InsecureSkipVerify || tls.RootCAs != nil || len(tls.Certificates) > 0) {
		return invalid("cloud %s: verify, cacert, cert and key cannot be taken from clouds.yaml; add the authority to the system's", s.Cloud)
	}
	c.auth = tokens.AuthOptions{
		Username: found.Username, UserID: found.UserID, Password: found.Password,
		ApplicationCredentialID: found.ApplicationCredentialID, ApplicationCredentialName: found.ApplicationCredentialName,
		ApplicationCredentialSecret: found.ApplicationCredentialSecret,
	}
	if found.Username != "" {
		c.auth.DomainID, c.auth.DomainName = domain(found.DomainID, found.DomainName)
	}
	if found.Scope != nil && found.ApplicationCredentialSecret == "" {
		c.auth.Scope = tokens.Scope(*found.Scope)
	}
	c.prefer(found.IdentityEndpoint, endpoint.Region, string(endpoint.Availability))
	return nil
}

// prefer fills in what the settings left open.
func (c *credential) prefer(authURL, region, face string) {
	fill := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	fill(&c.authURL, authURL)
	fill(&c.region, region)
	fill(&c.face, strings.TrimSuffix(face, "URL"))
}
