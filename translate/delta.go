package translate

import (
	"math"
	"slices"

	"occigate/providers"
	"occigate/translate/occi"
)

// Update is a change of an entity as a client describes it.
type Update struct {
	Current *occi.Entity // as it is shown
	Wanted  *occi.Entity // what the request says
	UID     string       // account of the entity
	Full    bool         // the request describes the whole entity (PUT): what is absent is unset
}

// Delta is what an update changes: at the cloud, and in what the gateway keeps
// itself.
type Delta struct {
	Size      string            // native id of the size that a compute gets, "" for none
	VolumeGiB float64           // size that a volume gets, 0 for none
	Kept      map[string]string // attributes that the gateway keeps; all of them when Full
	Add       []string          // mixins that the gateway keeps from now on
	Remove    []string          // mixins that it forgets
	Warnings  []string          // what was ignored and why, for people
}

// onlyAtCreation are the attributes and mixins that act when a machine is made
// and have no effect later. A full description repeats them without harm.
var onlyAtCreation = map[string]bool{
	occi.AttrHostname: true, occi.AttrPublicKey: true, occi.AttrUserData: true,
	occi.AttrOpenStackKeyName: true, occi.AttrOpenStackKeyData: true, occi.AttrOpenStackUserData: true,
	occi.MixinSSHKey: true, occi.MixinUserData: true,
	occi.MixinOpenStackKey: true, occi.MixinOpenStackUserData: true,
	occi.MixinIPNetwork: true, occi.MixinIPNetworkInterface: true, PublicNet: true, PrivateNet: true,
	FloatingIPPool: true, occi.AttrDeviceID: true,
	Placement: true, AttrPlacementPolicy: true, AttrPlacementMaxPrice: true, AttrPlacementCurrency: true,
	AttrPlacementClouds: true, AttrPlacementNotClouds: true, AttrPlacementAccounts: true, AttrPlacementNotAccounts: true,
	AttrPlacementRegions: true, AttrPlacementNotRegions: true, AttrPlacementSameCloud: true, AttrPlacementOtherCloud: true,
	AttrPlacementImage: true, AttrPlacementQuote: true, AttrPlacementOffer: true,
}

// Delta compares an update with the entity as it is shown. What no cloud can
// change is [providers.ErrUnsupported]; what can only be chosen at creation is
// [providers.ErrInvalid]; things of another cloud, and two sizes at once, are
// [providers.ErrConflict]. Each names the attribute or mixin.
func (t *Templates) Delta(u Update) (Delta, error) {
	d := Delta{Kept: map[string]string{}}
	if err := CheckText(u.Wanted); err != nil {
		return d, err
	}
	if err := t.mixinDelta(&d, u); err != nil {
		return d, err
	}
	if err := attributeDelta(&d, u); err != nil {
		return d, err
	}
	if d.Size == "" && u.Current.Kind == Compute {
		return d, t.fit(&d, u)
	}
	return d, nil
}

// mixinDelta reads the mixins of an update that the entity does not have, and
// in a full one those that it has and should not.
func (t *Templates) mixinDelta(d *Delta, u Update) error {
	for _, id := range u.Wanted.Mixins {
		if slices.Contains(u.Current.Mixins, id) {
			continue
		}
		if err := t.newMixin(d, u, id); err != nil {
			return err
		}
	}
	sized := d.Size != "" || slices.ContainsFunc(d.Add, IsAbstract)
	for _, id := range u.Current.Mixins {
		unset := u.Full && t.isForeign(id) && !slices.Contains(u.Wanted.Mixins, id)
		if sized && IsAbstract(id) || unset {
			d.Remove = append(d.Remove, id)
		}
	}
	return nil
}

func (t *Templates) newMixin(d *Delta, u Update, id string) error {
	tpl, ofCloud := t.Lookup(id)
	switch {
	case ofCloud && tpl.UID != u.UID:
		return providers.Errorf(providers.ErrConflict, "update", "%s is of another cloud: %s", id, tpl.UID)
	case tpl.Base == ResourceTpl || IsAbstract(id):
		if d.Size != "" || slices.ContainsFunc(d.Add, IsAbstract) {
			return providers.Errorf(providers.ErrConflict, "update", "two mixins of resource_tpl: only one can apply")
		}
		if d.Size = tpl.Native; !ofCloud {
			d.Add = append(d.Add, id)
		}
	case ofCloud, onlyAtCreation[id] && !u.Full:
		return providers.Errorf(providers.ErrInvalid, "update", "%s can only be chosen at creation", id)
	case onlyAtCreation[id]:
		d.ignore(id, "it can only be chosen at creation")
	case t.isForeign(id):
		d.Add = append(d.Add, id)
	}
	return nil
}

// attributeDelta reads the attributes of an update that differ from what is
// shown.
func attributeDelta(d *Delta, u Update) error {
	for name, value := range u.Wanted.Attributes {
		same := value == u.Current.Attributes[name]
		if text, ok := value.(string); ok && kept[name] && (u.Full || !same) {
			d.Kept[name] = text
			continue
		}
		if same {
			continue
		}
		if err := d.attribute(u, name, value); err != nil {
			return err
		}
	}
	slices.Sort(d.Warnings)
	return nil
}

func (d *Delta) attribute(u Update, name string, value any) error {
	size, _ := value.(float64)
	switch {
	case name == occi.AttrCores || name == occi.AttrMemory: // read by fit
	case name == occi.AttrStorageSize:
		if math.Ceil(size) != u.Current.Attributes[name] { // clouds round up
			d.VolumeGiB = size
		}
	case ignored[name] != "":
		d.ignore(name, ignored[name])
	case onlyAtCreation[name] && u.Full:
		d.ignore(name, "it can only be given at creation")
	case onlyAtCreation[name]:
		return providers.Errorf(providers.ErrInvalid, "update", "%s can only be given at creation", name)
	default:
		return providers.Errorf(providers.ErrUnsupported, "update", "%s cannot be changed here", name)
	}
	return nil
}

func (d *Delta) ignore(what, why string) {
	d.Warnings = append(d.Warnings, what+" was ignored: "+why)
}

// fit finds the size that an update asks for by a size of the profile, or by
// cores and memory that differ from the present ones: the smallest that is
// enough, unless the machine has it.
func (t *Templates) fit(d *Delta, u Update) error {
	n, asked := Need{}, false
	for _, id := range d.Add {
		if of, ok := abstract[id]; ok {
			n, asked = of, true
		}
	}
	if !asked {
		now, wanted := dimensions(u.Current.Attributes), dimensions(u.Wanted.Attributes)
		n = Need{Cores: either(wanted.Cores, now.Cores), MemoryMiB: either(wanted.MemoryMiB, now.MemoryMiB)}
		asked = n != now && !t.keepsTemplate(u)
	}
	if !asked {
		return nil
	}
	best := Smallest(t.catalogues[u.UID].Sizes, n)
	if best == nil {
		return noSize("update", u.UID, n)
	}
	if !slices.Contains(u.Current.Mixins, t.Of(ResourceTpl, u.UID, best.ID)) {
		d.Size = best.ID
	}
	return nil
}

// keepsTemplate reports whether an update names the size that the machine has:
// a template overrides sizes given beside it (GFD.224 section 3.5.2).
func (t *Templates) keepsTemplate(u Update) bool {
	return slices.ContainsFunc(u.Wanted.Mixins, func(id string) bool {
		return IsAbstract(id) || t.byID[id].Base == ResourceTpl
	})
}

func either(wanted, now int) int {
	if wanted == 0 {
		return now
	}
	return wanted
}
