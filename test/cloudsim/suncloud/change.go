package suncloud

import (
	"net/http"
	"strings"
)

// carryOut does one call. All that is not a GET is work that is told by a
// Status.
func (c *Cloud) carryOut(q call) (answer, error) {
	if q.method == http.MethodGet {
		return c.view(q).get(q.uri)
	}
	work, err := c.work(q)
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusAccepted, "Status", c.view(q).status(c.begin(work))}, nil
}

// work finds out what a call changes and does what is to be seen at once.
func (c *Cloud) work(q call) (work, error) {
	if q.method == http.MethodPost {
		return c.post(q)
	}
	target := c.find(q.uri)
	switch {
	case target == nil:
		return work{}, errNotFound
	case q.method == http.MethodDelete:
		return c.delete(q.uri, target)
	case q.method == http.MethodPut:
		return c.update(q.uri, target, q.body)
	}
	return work{}, errMethod
}

// post creates below a VDC or a cluster, by the type of the body, or follows
// one of the links of a resource.
func (c *Cloud) post(q call) (work, error) {
	for name, do := range links {
		if rest, is := strings.CutPrefix(q.uri, name); is {
			return do(c, rest, q)
		}
	}
	in, isCluster := c.find(q.uri).(*Cluster)
	switch {
	case q.uri != vdcURI && !isCluster && c.find(q.uri) == nil:
		return work{}, errNotFound
	case q.uri == vdcURI && q.media == "PublicAddress":
		return c.newAddress(q.body)
	case q.uri == vdcURI && q.media == "Volume":
		return c.newVolume(q.body)
	case isCluster && q.media == "VM":
		return c.newVM(in, q.body)
	case isCluster && q.media == "VNet":
		return c.newVNet(in, q.body)
	case isCluster && q.media == "Cluster":
		return c.newCluster(in, q.body)
	}
	return work{}, errMedia
}

// links are what POSTs can follow, by the start of their URIs.
var links = map[string]func(*Cloud, string, call) (work, error){
	"/control?do=":     (*Cloud).control,
	"/attach?vm=":      (*Cloud).attach,
	"/detach?vm=":      (*Cloud).detach,
	"/back-up?vm=":     (*Cloud).backUp,
	"/restore?backup=": (*Cloud).restore,
}

// find gives the resource that has the URI, nil when there is none.
func (c *Cloud) find(uri string) any {
	for _, r := range c.clusters {
		if r.URI == uri {
			return r
		}
	}
	for _, r := range c.vms {
		if r.URI == uri {
			return r
		}
	}
	for _, r := range c.vnets {
		if r.URI == uri {
			return r
		}
	}
	for _, r := range c.addresses {
		if r.URI == uri {
			return r
		}
	}
	return c.findRest(uri)
}

func (c *Cloud) findRest(uri string) any {
	for _, r := range c.volumes {
		if r.URI == uri {
			return r
		}
	}
	for _, r := range c.backups {
		if r.URI == uri {
			return r
		}
	}
	for _, r := range c.templates {
		if r.URI == uri {
			return r
		}
	}
	return nil
}

// update lays the fields that may be changed over a resource; all others are
// ignored. A list is replaced as a whole.
func (c *Cloud) update(uri string, target any, w wish) (work, error) {
	lay := func(name, description *string, tags *[]string) {
		take(name, w.Name)
		take(description, w.Description)
		take(tags, w.Tags)
	}
	done := work{target: uri, code: http.StatusOK}
	switch r := target.(type) {
	case *VM:
		done.op = "update-VM"
		take(&r.BootOrder, w.BootOrder)
		take(&r.Params, w.Params)
		r.Updated = r.Updated || w.Params != nil && r.State != Stopped
		lay(&r.Name, &r.Description, &r.Tags)
	case *Cluster:
		done.op = "update-Cluster"
		lay(&r.Name, &r.Description, &r.Tags)
	case *VNet:
		done.op = "update-VNet"
		lay(&r.Name, &r.Description, &r.Tags)
	case *Address:
		done.op = "update-Address"
		lay(&r.Name, &r.Description, &r.Tags)
	case *Volume:
		done.op = "update-Volume"
		lay(&r.Name, &r.Description, &r.Tags)
	case *Backup:
		done.op = "update-Backup"
		lay(&r.Name, &r.Description, &r.Tags)
	default:
		return work{}, errMethod
	}
	return done, nil
}

// delete removes a resource with all that is in it once the work is done. An
// address is given back at once.
func (c *Cloud) delete(uri string, target any) (work, error) {
	var op string
	switch r := target.(type) {
	case *VM:
		op = "delete-VM"
	case *VNet:
		op = "delete-VNet"
	case *Volume:
		op = "delete-Volume"
	case *Backup:
		op = "delete-Backup"
	case *Cluster:
		if r.Parent == "" {
			return work{}, conflict("The root cluster stays.") // inferred
		}
		op = "delete-Cluster"
	case *Address:
		c.remove(uri)
		return work{op: "delete-Address", target: uri, code: http.StatusOK, atOnce: true}, nil
	default:
		return work{}, errMethod
	}
	return work{op: op, target: uri, code: http.StatusOK, end: func() { c.remove(uri) }}, nil
}

// remove takes a resource away, and whatever refers to it.
func (c *Cloud) remove(uri string) {
	for _, inner := range only(c.clusters, func(r *Cluster) bool { return r.Parent == uri }) {
		c.remove(inner.URI)
	}
	c.clusters = only(c.clusters, func(r *Cluster) bool { return r.URI != uri })
	c.vms = only(c.vms, func(r *VM) bool { return r.URI != uri && r.Cluster != uri })
	c.vnets = only(c.vnets, func(r *VNet) bool { return r.URI != uri && r.Cluster != uri })
	c.addresses = only(c.addresses, func(r *Address) bool { return r.URI != uri })
	c.volumes = only(c.volumes, func(r *Volume) bool { return r.URI != uri })
	c.backups = only(c.backups, func(r *Backup) bool { return r.URI != uri && c.find(r.VM) != nil })
	for _, m := range c.vms {
		m.Interfaces = only(m.Interfaces, func(i Interface) bool { return c.find(i.VNet+i.PublicAddress) != nil })
	}
	for _, a := range c.addresses {
		if c.find(a.VM) == nil {
			a.VM = ""
		}
	}
}
