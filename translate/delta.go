package translate

import (
	"slices"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Delta is what a partial update changes at the cloud and what the gateway
// keeps itself.
type Delta struct {
	Size      string            // native id of the size that a compute gets, "" for none
	VolumeGiB float64           // size that a volume gets, 0 for none
	Kept      map[string]string // attributes that the gateway keeps
}

// kept are the mutable attributes that no cloud has and the gateway remembers.
var kept = []string{occi.AttrMountPoint, occi.AttrLabel}

// Delta compares an update with the entity as it is shown. What can be changed
// by no cloud is [providers.ErrUnsupported] and names the attribute.
func (t *Templates) Delta(current, update *occi.Entity, uid string) (Delta, error) {
	d := Delta{Kept: map[string]string{}}
	if err := t.resize(&d, current, update, uid); err != nil {
		return d, err
	}
	for name, value := range update.Attributes {
		switch {
		case value == current.Attributes[name]:
		case name == occi.AttrStorageSize:
			d.VolumeGiB, _ = value.(float64)
		case name == occi.AttrCores || name == occi.AttrMemory:
			// sized by resize
		case slices.Contains(kept, name):
			d.Kept[name], _ = value.(string)
		case !strings.HasPrefix(name, "occi.core."):
			return d, providers.Errorf(providers.ErrUnsupported, "update", "%s cannot be changed here", name)
		}
	}
	return d, nil
}

// resize finds the size that an update asks for: by a template, or by cores and
// memory.
func (t *Templates) resize(d *Delta, current, update *occi.Entity, uid string) error {
	if update.Kind != Compute {
		return nil
	}
	for _, id := range update.Mixins {
		tpl, ok := t.Lookup(id)
		switch {
		case !ok || slices.Contains(current.Mixins, id):
		case tpl.UID != uid:
			return providers.Errorf(providers.ErrConflict, "update", "%s is of another cloud: %s", id, tpl.UID)
		case tpl.Base == ResourceTpl:
			d.Size = tpl.Native
		default:
			return providers.Errorf(providers.ErrUnsupported, "update", "%s can only be chosen at creation", id)
		}
	}
	n, asked := asks(update)
	if d.Size != "" || !asked {
		return nil
	}
	if n.cores == 0 {
		cores, _ := current.Attributes[occi.AttrCores].(int64)
		n.cores = int(cores)
	}
	if n.memoryMiB == 0 {
		memory, _ := current.Attributes[occi.AttrMemory].(float64)
		n.memoryMiB = int(memory * 1024)
	}
	return t.fit(d, current, n, uid)
}

// fit chooses the smallest size that is enough, unless the machine has it.
func (t *Templates) fit(d *Delta, current *occi.Entity, n need, uid string) error {
	best := Smallest(t.catalogues[uid].Sizes, n.cores, n.memoryMiB, n.arch)
	if best == nil {
		return providers.Errorf(providers.ErrInvalid, "update", "no size of %s has %d cores and %g GiB of memory", uid, n.cores, gib(n.memoryMiB))
	}
	if !slices.Contains(current.Mixins, t.Of(ResourceTpl, uid, best.ID)) {
		d.Size = best.ID
	}
	return nil
}

// Foreign leaves of the mixins on a request those that are no cloud's: what the
// gateway has to remember by itself.
func (t *Templates) Foreign(mixins []string) []string {
	var list []string
	for _, id := range mixins {
		scheme, _ := occi.SplitID(id)
		if _, ours := t.byID[id]; !ours && !strings.HasPrefix(scheme, occi.SchemeOGF) && !strings.HasPrefix(scheme, "http://schemas.openstack.org/") && id != PublicNet && id != PrivateNet {
			list = append(list, id)
		}
	}
	return list
}
