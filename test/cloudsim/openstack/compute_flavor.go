package openstack

import (
	"net/http"
	"time"
)

// Flavor is one of Nova's sizes. Source: Compute API reference, "Flavors".
type Flavor struct {
	ID           string
	Name         string
	VCPUs        int
	MemoryMiB    int
	DiskGiB      int
	EphemeralGiB int
	SwapMiB      int
	Description  string
	ExtraSpecs   map[string]string
}

func (f *Flavor) id() string      { return f.ID }
func (f *Flavor) born() time.Time { return time.Time{} }

// fits reports whether a machine of the flavor fits on a host.
func (f *Flavor) fits(host Flavor) bool {
	return f.VCPUs <= host.VCPUs && f.MemoryMiB <= host.MemoryMiB && f.DiskGiB <= host.DiskGiB
}

func (c *Cloud) listFlavors(q *call) (answer, error) {
	return c.flavorPage(q, func(f *Flavor) object {
		doc := object{"id": f.ID, "name": f.Name, "links": c.links(q, "flavors", f.ID)}
		if q.minor >= 55 {
			doc["description"] = orNull(f.Description)
		}
		return doc
	})
}

func (c *Cloud) listFlavorDetails(q *call) (answer, error) {
	return c.flavorPage(q, func(f *Flavor) object { return c.showFlavor(q, f) })
}

func (c *Cloud) flavorPage(q *call, show func(*Flavor) object) (answer, error) {
	rows, next, err := page(c, q, c.flavors.order, badMarker)
	if err != nil {
		return answer{}, err
	}
	return listed(q, "flavors", each(rows, show), next)
}

func (c *Cloud) readFlavor(q *call) (answer, error) {
	f, err := c.flavor(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"flavor": c.showFlavor(q, f)})
}

func (c *Cloud) readExtraSpecs(q *call) (answer, error) {
	f, err := c.flavor(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"extra_specs": cloned(f.ExtraSpecs)})
}

func (c *Cloud) flavor(q *call) (*Flavor, error) {
	f, ok := c.flavors.get(q.PathValue("id"))
	if !ok {
		return nil, refuse(http.StatusNotFound, "Flavor %s could not be found.", q.PathValue("id"))
	}
	return f, nil
}

func (c *Cloud) showFlavor(q *call, f *Flavor) object {
	doc := object{
		"id": f.ID, "name": f.Name, "vcpus": f.VCPUs, "ram": f.MemoryMiB, "disk": f.DiskGiB,
		"OS-FLV-EXT-DATA:ephemeral": f.EphemeralGiB, "OS-FLV-DISABLED:disabled": false,
		"os-flavor-access:is_public": true, "rxtx_factor": 1.0,
		"swap": any(f.SwapMiB), "links": c.links(q, "flavors", f.ID),
	}
	if f.SwapMiB == 0 && q.minor < 75 {
		doc["swap"] = "" // a number only since 2.75
	}
	if q.minor >= 55 {
		doc["description"] = orNull(f.Description)
	}
	if q.minor >= 61 {
		doc["extra_specs"] = cloned(f.ExtraSpecs)
	}
	return doc
}
