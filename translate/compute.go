package translate

import (
	"cmp"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Own is what the gateway alone knows of an entity.
type Own struct {
	ID      string
	UID     string // account
	Title   string
	Summary string
	Extra   map[string]string // further attributes by name
	Mixins  []string          // put on it by users
	Problem string            // what went wrong with a change, in the cloud's words
	Pending string            // a change of ours under way: "create", "start"; "" when none
}

// computeStates maps the neutral states to those of GFD.224 section 3.1. A
// state that passes shows the last stable one; the message tells the rest.
var computeStates = map[providers.State]string{
	providers.StatePending:    "inactive",
	providers.StateActive:     "active",
	providers.StateInactive:   "inactive",
	providers.StateSuspended:  "suspended",
	providers.StateStarting:   "inactive",
	providers.StateStopping:   "active",
	providers.StateRestarting: "active",
	providers.StateSuspending: "active",
	providers.StateSaving:     "active",
	providers.StateResizing:   "inactive",
	providers.StateDeleting:   "inactive",
	providers.StateError:      "error",
	providers.StateUnknown:    "error",
}

// ServerState is the state that a server's compute shows.
func ServerState(s providers.State) string { return computeStates[s] }

// powerActions says which OCCI action each power operation belongs to.
var powerActions = map[providers.PowerOp]string{
	providers.PowerStart:     occi.ActionStart,
	providers.PowerStop:      occi.ActionStop,
	providers.PowerOff:       occi.ActionStop,
	providers.PowerReboot:    occi.ActionRestart,
	providers.PowerReset:     occi.ActionRestart,
	providers.PowerSuspend:   occi.ActionSuspend,
	providers.PowerHibernate: occi.ActionSuspend,
}

// computeActions is the order in which actions are shown.
var computeActions = []string{occi.ActionStart, occi.ActionStop, occi.ActionRestart, occi.ActionSuspend, occi.ActionSave}

// ComputeEntity shows a server as an OCCI compute resource with its links.
func (t *Templates) ComputeEntity(s *providers.Server, own Own, links []occi.Entity) occi.Entity {
	e := entity(Compute, own)
	e.Links = links
	e.Actions = serverActions(s)
	e.Mixins = t.serverMixins(s, own)
	a := e.Attributes
	setString(a, occi.AttrArchitecture, string(s.Architecture))
	setString(a, occi.AttrHostname, s.Hostname)
	has := t.dimensions(s, own.UID)
	if has.Cores > 0 {
		a[occi.AttrCores] = int64(has.Cores)
	}
	if has.MemoryMiB > 0 {
		a[occi.AttrMemory] = gib(has.MemoryMiB)
	}
	if has.DiskGiB > 0 && slices.ContainsFunc(e.Mixins, t.sizes) {
		a[occi.AttrEphemeralSize] = has.DiskGiB
	}
	a[occi.AttrComputeState] = ServerState(s.State)
	setString(a, occi.AttrComputeMessage, message(own, stateWords(s), s.Message))
	return e
}

// dimensions are a server's cores, memory and disk: what the cloud says of it,
// else what it says of its size.
func (t *Templates) dimensions(s *providers.Server, uid string) Need {
	n := Need{Cores: s.Cores, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB}
	if size := t.byID[t.Of(ResourceTpl, uid, s.SizeID)].Size; size != nil {
		n.Cores, n.MemoryMiB = cmp.Or(n.Cores, size.Cores), cmp.Or(n.MemoryMiB, size.MemoryMiB)
		n.DiskGiB = cmp.Or(n.DiskGiB, size.DiskGiB)
	}
	return n
}

// sizes reports whether a mixin has the attribute of the ephemeral storage.
func (t *Templates) sizes(mixin string) bool {
	size := t.byID[mixin].Size
	return IsAbstract(mixin) || size != nil && size.DiskGiB > 0
}

// serverActions lists the actions that are legal now, in a fixed order.
func serverActions(s *providers.Server) []string {
	legal := map[string]bool{occi.ActionSave: s.Can(providers.AbilitySave)}
	for _, op := range s.Power {
		legal[powerActions[op]] = true
	}
	var ids []string
	for _, id := range computeActions {
		if legal[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

func (t *Templates) serverMixins(s *providers.Server, own Own) []string {
	mixins := []string{
		t.Of(OSTpl, own.UID, s.ImageID),
		t.Of(ResourceTpl, own.UID, s.SizeID),
		t.Of(Zone, own.UID, s.Zone),
	}
	own.Mixins = slices.DeleteFunc(slices.Clone(own.Mixins), func(id string) bool {
		return IsAbstract(id) && own.Pending == "" && !abstract[id].within(t.dimensions(s, own.UID))
	})
	return t.withPlace(mixins, own)
}

// within reports whether a machine still has what a size of the profile
// promises: it may have been resized at the cloud.
func (n Need) within(has Need) bool {
	return has.Cores >= n.Cores && has.MemoryMiB >= n.MemoryMiB
}

// withPlace adds the account's mixins and the users' own, and leaves out the
// empty ones.
func (t *Templates) withPlace(mixins []string, own Own) []string {
	mixins = append(mixins, t.Of(Cloud, own.UID, ""), t.Of(Region, own.UID, ""))
	mixins = append(mixins, own.Mixins...)
	kept := mixins[:0]
	for _, m := range mixins {
		if m != "" {
			kept = append(kept, m)
		}
	}
	return kept
}

// entity starts an entity with what the gateway knows of it.
func entity(kind string, own Own) occi.Entity {
	e := occi.Entity{
		Kind: kind, ID: own.ID, Title: own.Title, Summary: own.Summary,
		Attributes: occi.Attributes{},
	}
	for name, value := range own.Extra {
		setString(e.Attributes, name, value)
	}
	return e
}

func setString(a occi.Attributes, name, value string) {
	if value != "" {
		a[name] = value
	}
}

// stateWords is the detail that an OCCI state has no word for.
func stateWords(s *providers.Server) string {
	switch {
	case s.State == providers.StateUnknown:
		return "the cloud reports a state unknown here: " + s.NativeState
	case s.State.InTransition():
		return strings.TrimSpace(string(s.State) + " " + parenthesised(s.NativeState, string(s.State)))
	}
	return ""
}

// parenthesised wraps the cloud's own word unless it says the same.
func parenthesised(native, neutral string) string {
	if native == "" || strings.EqualFold(native, neutral) {
		return ""
	}
	return "(" + native + ")"
}

// message joins what there is to say of a state.
func message(own Own, parts ...string) string {
	var kept []string
	if own.Pending != "" {
		kept = append(kept, own.Pending+" requested")
	}
	for _, p := range append(parts, own.Problem) {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ". ")
}
