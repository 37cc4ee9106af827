// Package occi is the Open Cloud Computing Interface of the OGF: its core model
// (GFD.221), the registry of categories, and one parser and one renderer per
// media type (GFD.223, GFD.226, GFD.229) over one Entity. It is a leaf: it
// knows no cloud, no gateway and no inventory.
package occi

import "strings"

// Category is what Kinds, Mixins and Actions have in common (GFD.221 section
// 5.3.1). Its identity is scheme and term together.
type Category struct {
	Scheme string // URI that ends in "#"
	Term   string
	Title  string
}

// ID is the category's type identifier: scheme and term in one string.
func (c Category) ID() string { return c.Scheme + c.Term }

// SplitID cuts a type identifier behind its "#". An identifier without one has
// an empty scheme.
func SplitID(id string) (scheme, term string) {
	i := strings.LastIndexByte(id, '#')
	return id[:i+1], id[i+1:]
}

// Class says what a category is.
type Class string

// The classes of categories.
const (
	ClassKind   Class = "kind"
	ClassMixin  Class = "mixin"
	ClassAction Class = "action"
)

// Type is the type of an attribute's value. The standard knows few in text and
// the JSON types in JSON; these are finer and are mapped outwards.
type Type int

// The types of attribute values and the Go types of their values.
const (
	String  Type = iota // string
	Enum                // string, one of Attribute.Enum
	Integer             // int64
	Number              // float64
	Boolean             // bool
	URI                 // string
	IP                  // string, an IPv4 or IPv6 address
	CIDR                // string, an address with or without prefix length
	Array               // []any of string, float64, bool, []any, map[string]any
	Object              // map[string]any, likewise
)

// Attribute describes an attribute of a Kind, a Mixin or an Action (GFD.221
// section 5.3.2, GFD.226 section 3.5.1).
type Attribute struct {
	Name        string
	Type        Type
	Mutable     bool
	Required    bool
	Default     any      // nil when there is none
	Enum        []string // the values of an Enum
	Pattern     string   // POSIX extended regular expression of a String, "" for any
	Min, Max    *float64 // bounds of a number, nil when there are none
	Description string
	Observed    bool // a state that the provider reports: ignored on input, never an error
	Lenient     bool // a value outside of Enum is dropped with a warning, not refused
}

// Kind is a type of entity (GFD.221 section 5.3.3).
type Kind struct {
	Category
	Parent     string      // type identifier, "" for core#entity alone
	Location   string      // absolute path that ends in "/"
	Attributes []Attribute // inherited ones first, then its own
	Actions    []string    // type identifiers
}

// Mixin adds attributes and actions to single entities (GFD.221 section 5.3.4).
type Mixin struct {
	Category
	Depends    []string // type identifiers of mixins
	Applies    []string // type identifiers of kinds, empty for any
	Location   string
	Attributes []Attribute
	Actions    []string
	User       bool // made by a client, so that a client may delete it
}

// Action is an operation of a Kind or Mixin (GFD.221 section 5.3.5).
type Action struct {
	Category
	Attributes []Attribute // its parameters
}

// Attributes holds values by attribute name; the Go types are those of [Type].
type Attributes map[string]any

// Entity is one instance of a Kind: a Resource, or a Link when Source is set.
// Renderings never hold a host: locations are paths, and hosts are put before
// them where a listing needs it.
type Entity struct {
	Kind       string   // type identifier
	Mixins     []string // type identifiers
	ID         string   // UUID without "urn:uuid:"
	Title      string
	Summary    string // resources only
	Attributes Attributes
	Actions    []string // type identifiers of the actions that are legal now
	Links      []Entity // resources only: the links that start here
	Source     End      // links only
	Target     End      // links only
}

// End is one end of a Link.
type End struct {
	Location string // path of an entity of ours, or any URI for a target
	Kind     string // type identifier, "" when unknown
}

// IsLink reports whether the entity is a Link.
func (e *Entity) IsLink() bool { return e.Source.Location != "" || e.Target.Location != "" }
