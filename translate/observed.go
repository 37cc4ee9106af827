package translate

import "occigate/translate/occi"

// Observed is the mixin of every entity: where it comes from, and when it was
// seen there. Nothing of it can be set.
const Observed = "http://schemas.occigate.org/occi/core#observed"

// The attributes of [Observed].
const (
	AttrObservedTime    = "org.occigate.observed.time"    // start of the newest complete listing that would show it, RFC 3339 in UTC
	AttrObservedAccount = "org.occigate.observed.account" // uid of the account that holds it
	AttrObservedCloud   = "org.occigate.observed.cloud"   // name of the adapter: "ec2"
	AttrObservedNative  = "org.occigate.observed.native"  // what the cloud calls it
)

// observed is the mixin's definition. All of its attributes are ignored on
// input, so that a client can send back what it was shown.
func observed() occi.Mixin {
	m := occi.Mixin{Category: category(Observed, "Origin and time of what is shown"), Location: "/mixin/observed/"}
	for _, a := range []struct{ name, description string }{
		{AttrObservedTime, "When it was seen last at its cloud"},
		{AttrObservedAccount, "Account that holds it"},
		{AttrObservedCloud, "Kind of cloud"},
		{AttrObservedNative, "Identifier at the cloud"},
	} {
		m.Attributes = append(m.Attributes, occi.Attribute{Name: a.name, Type: occi.String, Observed: true, Description: a.description})
	}
	return m
}

// Origin is where an entity comes from.
type Origin struct {
	Account string // uid
	Cloud   string // name of the adapter
	Native  string // native id, "" while the cloud has not given one
}

// SetOrigin gives an entity the mixin [Observed] without the time, which is
// written when an answer is.
func SetOrigin(e *occi.Entity, o Origin) {
	e.Mixins = append(e.Mixins, Observed)
	setString(e.Attributes, AttrObservedAccount, o.Account)
	setString(e.Attributes, AttrObservedCloud, o.Cloud)
	setString(e.Attributes, AttrObservedNative, o.Native)
}
