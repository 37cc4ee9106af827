package occi

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// coerce gives a value the Go type of its definition. Clients quote numbers and
// booleans and leave quotes off strings: whatever can be read without loss is.
func (r *Registry) coerce(a *Attribute, v *Value) (any, error) {
	wrong := v.Pos.fail("wrong value of attribute", a.Name, a.describe())
	if v.Form == Structure || a.Type == Array || a.Type == Object {
		return coerceStructure(a, v, wrong)
	}
	value, ok := scalars[a.Type](a, v.Text)
	if !ok || !a.within(value) {
		return nil, wrong
	}
	if text, isText := value.(string); isText && a.Pattern != "" && !r.patterns[a.Pattern].MatchString(text) {
		return nil, wrong
	}
	return value, nil
}

// scalars read the text of a value as each type.
var scalars = map[Type]func(a *Attribute, s string) (any, bool){
	String:  func(_ *Attribute, s string) (any, bool) { return strings.Clone(s), utf8.ValidString(s) },
	Enum:    func(a *Attribute, s string) (any, bool) { return enumValue(a, s) },
	Integer: func(_ *Attribute, s string) (any, bool) { return integer(s) },
	Number:  func(_ *Attribute, s string) (any, bool) { return number(s) },
	Boolean: func(_ *Attribute, s string) (any, bool) { v, ok := booleans[strings.ToLower(s)]; return v, ok },
	URI:     func(_ *Attribute, s string) (any, bool) { return strings.Clone(s), validReference(s) },
	IP:      func(_ *Attribute, s string) (any, bool) { return strings.Clone(s), isAddress(s) },
	CIDR: func(_ *Attribute, s string) (any, bool) {
		_, err := netip.ParsePrefix(s)
		return strings.Clone(s), err == nil || isAddress(s)
	},
}

var booleans = map[string]bool{"true": true, "yes": true, "1": true, "false": false, "no": false, "0": false}

// enumValue finds the value that is meant: as listed, else by another word for
// it, else in another case.
func enumValue(a *Attribute, s string) (string, bool) {
	if slices.Contains(a.Enum, s) {
		return strings.Clone(s), true
	}
	if alias, ok := valueAliases[strings.ToLower(s)]; ok {
		s = alias
	}
	i := slices.IndexFunc(a.Enum, func(e string) bool { return strings.EqualFold(e, s) })
	if i < 0 {
		return "", false
	}
	return a.Enum[i], true
}

// integer reads a whole number, also where a client writes it as 2.0.
func integer(s string) (int64, bool) {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, true
	}
	f, ok := number(s)
	v := int64(f)
	const exact = 1 << 53
	return v, ok && f >= -exact && f <= exact && float64(v) == f
}

// number reads a decimal number. Words, hexadecimal and underscores, which Go
// knows, are none.
func number(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func isAddress(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Zone() == ""
}

// coerceStructure takes an array or object, in text a string that holds one.
func coerceStructure(a *Attribute, v *Value, wrong error) (any, error) {
	data := v.Data
	if v.Form != Structure {
		if err := json.Unmarshal([]byte(v.Text), &data); err != nil {
			return nil, wrong
		}
	}
	_, isArray := data.([]any)
	_, isObject := data.(map[string]any)
	if a.Type == Array && isArray || a.Type == Object && isObject {
		return data, nil
	}
	return nil, wrong
}

// within reports whether a number lies in the bounds of its attribute.
func (a *Attribute) within(value any) bool {
	var f float64
	switch v := value.(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	default:
		return true
	}
	return (a.Min == nil || f >= *a.Min) && (a.Max == nil || f <= *a.Max)
}

// describe says in a few words which values an attribute takes.
func (a *Attribute) describe() string {
	text := typeWords[a.Type]
	switch {
	case a.Type == Enum:
		return "one of " + strings.Join(a.Enum, ", ")
	case a.Pattern != "":
		return text + " like " + a.Pattern
	}
	if a.Min != nil {
		text += " from " + strconv.FormatFloat(*a.Min, 'f', -1, 64)
	}
	if a.Max != nil {
		text += " to " + strconv.FormatFloat(*a.Max, 'f', -1, 64)
	}
	return text
}

var typeWords = map[Type]string{
	String: "a string", Integer: "an integer", Number: "a number", Boolean: "true or false",
	URI: "a URI", IP: "an IP address", CIDR: "an IP address with or without prefix length",
	Array: "an array", Object: "an object",
}

// quoted repeats a client's text in a message.
func quoted(s string) string { return strconv.Quote(shorten(s)) }
