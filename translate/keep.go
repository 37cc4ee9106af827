package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"occigate/providers"
	"occigate/translate/occi"
)

// kept are the mutable attributes that no cloud has and the gateway remembers.
var kept = map[string]bool{
	occi.AttrMountPoint: true, occi.AttrLabel: true, occi.AttrEphemeralDeviceID: true,
	AttrPlacementGroup: true,
}

// ignored are the mutable attributes that mean nothing here, and why. They are
// accepted, since clients of OCCI 1.1 send some of them.
var ignored = map[string]string{
	occi.AttrSpeed:            "no cloud here lets the clock frequency be chosen",
	occi.AttrShare:            "no cloud here gives relative shares",
	occi.AttrInterfaceGateway: "the network's gateway is used",
}

// Kept are the attributes of a new entity that the gateway has to remember by
// itself; nil when there are none.
func Kept(e *occi.Entity) map[string]string {
	var extra map[string]string
	for name := range kept {
		value := text(e, name)
		if value == "" {
			continue
		}
		if extra == nil {
			extra = map[string]string{}
		}
		extra[name] = value
	}
	return extra
}

// Ignored says which attributes of a new entity and its links have no effect,
// for people.
func Ignored(e *occi.Entity) []string {
	var warnings []string
	for _, name := range []string{occi.AttrSpeed, occi.AttrShare, occi.AttrInterfaceGateway} {
		if _, given := e.Attributes[name]; given {
			warnings = append(warnings, name+" was ignored: "+ignored[name])
		}
	}
	for i := range e.Links {
		warnings = append(warnings, Ignored(&e.Links[i])...)
	}
	return warnings
}

// Foreign leaves of the mixins on a request those that are no cloud's: what the
// gateway has to remember by itself. These are the users' and the sizes of the
// compute template profile.
func (t *Templates) Foreign(mixins []string) []string {
	var list []string
	for _, id := range mixins {
		if t.isForeign(id) || IsAbstract(id) {
			list = append(list, id)
		}
	}
	return list
}

// isForeign reports whether a mixin is neither a cloud's nor built in.
func (t *Templates) isForeign(id string) bool {
	_, ours := t.byID[id]
	return !ours && !builtIn[id] && !strings.HasPrefix(id, occi.SchemeOGF)
}

// builtIn are the mixins outside of the OGF's schemes that are there without
// any cloud or user.
var builtIn = map[string]bool{
	Cloud: true, Observed: true, Price: true, PublicNet: true, PrivateNet: true, FloatingIPPool: true,
	occi.MixinOpenStackKey: true, occi.MixinOpenStackUserData: true,
}

// The longest words that a client may put on an entity, in characters. Clouds
// keep titles as names: EC2 takes 256 characters, Nova 255.
const (
	maxTitle   = 255
	maxSummary = 4096
)

// CheckText refuses titles and summaries that clouds cannot keep or that are
// not printable: [providers.ErrInvalid].
func CheckText(e *occi.Entity) error {
	for _, field := range []struct {
		name, value string
		max         int
	}{{occi.AttrTitle, e.Title, maxTitle}, {occi.AttrSummary, e.Summary, maxSummary}} {
		if utf8.RuneCountInString(field.value) > field.max {
			return providers.Errorf(providers.ErrInvalid, field.name, "longer than %d characters", field.max)
		}
		if strings.ContainsFunc(field.value, unicode.IsControl) {
			return providers.Errorf(providers.ErrInvalid, field.name, "holds a control character")
		}
	}
	return nil
}
