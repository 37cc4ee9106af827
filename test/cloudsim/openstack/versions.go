package openstack

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The highest microversions: Nova 2.93 and Cinder 3.70, those of the Zed release.
const (
	novaMax   = 93
	cinderMax = 70
)

var versionForm = regexp.MustCompile(`^([1-9]\d*)\.([1-9]\d*|0)$`)

// negotiate settles the microversion of a call to Nova or Cinder.
func (q *call) negotiate() error {
	switch q.service {
	case services["compute"]:
		return q.settleVersion(microversions{"compute", 2, 1, novaMax})
	case services["volume"]:
		return q.settleVersion(microversions{"volume", 3, 0, cinderMax})
	}
	return nil
}

// microversions are those a service has, between major.min and major.max.
type microversions struct {
	service         string
	major, min, max int
}

func (q *call) settleVersion(m microversions) error {
	q.minor = m.min
	asked := q.askedVersion(m.service)
	switch asked {
	case "":
		return nil
	case "latest":
		q.minor = m.max
		return nil
	}
	parts := versionForm.FindStringSubmatch(asked)
	if parts == nil {
		return refuse(http.StatusBadRequest,
			"API Version String %s is of invalid format. Must be of format MajorNum.MinorNum.", asked)
	}
	major, _ := strconv.Atoi(parts[1])
	minor, _ := strconv.Atoi(parts[2])
	if major != m.major || minor < m.min || minor > m.max {
		return refuse(http.StatusNotAcceptable,
			"Version %s is not supported by the API. Minimum is %d.%d and maximum is %d.%d.",
			asked, m.major, m.min, m.major, m.max)
	}
	q.minor = minor
	return nil
}

// askedVersion reads the header "OpenStack-API-Version: compute 2.93", or the
// older one that Nova alone knows.
func (q *call) askedVersion(service string) string {
	for _, line := range q.Header.Values("OpenStack-API-Version") {
		for _, item := range strings.Split(line, ",") {
			name, version, _ := strings.Cut(strings.TrimSpace(item), " ")
			if name == service {
				return strings.TrimSpace(version)
			}
		}
	}
	if service == "compute" {
		return q.Header.Get("X-OpenStack-Nova-API-Version")
	}
	return ""
}

func stampNova(q *call, h http.Header) {
	version := "2." + strconv.Itoa(max(q.minor, 1))
	h.Set("Openstack-Api-Version", "compute "+version)
	h.Set("X-Openstack-Nova-Api-Version", version)
	h["Vary"] = []string{"OpenStack-API-Version", "X-OpenStack-Nova-API-Version"}
}

func stampCinder(q *call, h http.Header) {
	h.Set("Openstack-Api-Version", "volume 3."+strconv.Itoa(q.minor))
	h.Set("Vary", "OpenStack-API-Version")
}

func (c *Cloud) identityVersions(q *call) (answer, error) {
	list := object{"versions": object{"values": []object{identityVersion(q)}}}
	return answer{status: http.StatusMultipleChoices, location: q.base() + "/identity/v3/", body: list}, nil
}

func (c *Cloud) identityVersion(q *call) (answer, error) {
	return ok(object{"version": identityVersion(q)})
}

func identityVersion(q *call) object {
	return object{
		"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
		"links": selfLink(q.base() + "/identity/v3/"),
		"media-types": []object{
			{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"},
		},
	}
}

func (c *Cloud) computeVersions(q *call) (answer, error) {
	return ok(object{"versions": []object{computeVersion(q)}})
}

func (c *Cloud) computeVersion(q *call) (answer, error) {
	return ok(object{"version": computeVersion(q)})
}

func computeVersion(q *call) object {
	return object{
		"id": "v2.1", "status": "CURRENT", "min_version": "2.1", "version": "2." + strconv.Itoa(novaMax),
		"updated": "2013-07-23T11:33:21Z", "links": selfLink(q.base() + "/compute/v2.1/"),
	}
}

// imageVersions of Glance have no documents of their own.
func (c *Cloud) imageVersions(q *call) (answer, error) {
	var list []object
	for minor := 15; minor >= 0; minor-- {
		v := object{
			"id": "v2." + strconv.Itoa(minor), "status": "SUPPORTED",
			"links": selfLink(q.base() + "/image/v2/"),
		}
		if minor == 15 {
			v["status"] = "CURRENT"
		}
		list = append(list, v)
	}
	return answer{status: http.StatusMultipleChoices, body: object{"versions": list}}, nil
}

func (c *Cloud) volumeVersions(q *call) (answer, error) {
	return answer{status: http.StatusMultipleChoices, body: volumeVersions(q)}, nil
}

func (c *Cloud) volumeVersion(q *call) (answer, error) { return ok(volumeVersions(q)) }

func volumeVersions(q *call) object {
	return object{"versions": []object{{
		"id": "v3.0", "status": "CURRENT", "min_version": "3.0", "version": "3." + strconv.Itoa(cinderMax),
		"updated": "2022-08-31T00:00:00Z", "links": selfLink(q.base() + "/volume/v3/"),
	}}}
}

func (c *Cloud) networkVersions(q *call) (answer, error) {
	return ok(object{"versions": []object{
		{"id": "v2.0", "status": "CURRENT", "links": selfLink(q.base() + "/network/v2.0/")},
	}})
}

func (c *Cloud) networkVersion(q *call) (answer, error) {
	resources := []object{}
	for _, name := range []string{"network", "subnet", "port"} {
		resources = append(resources, object{
			"name": name, "collection": name + "s",
			"links": selfLink(q.base() + "/network/v2.0/" + name + "s"),
		})
	}
	return ok(object{"resources": resources})
}

func selfLink(href string) []object { return []object{{"rel": "self", "href": href}} }
