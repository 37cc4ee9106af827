package ratecard

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// readYAML takes the texts of a YAML card as they stand, so that 0.10 never
// becomes a floating-point number on its way.
func (c *card) readYAML(text []byte) {
	var top yaml.Node
	if err := yaml.Load(text, &top); err != nil {
		c.unreadable(err)
		return
	}
	root := top.Content[0]
	if root.Kind != yaml.MappingNode {
		c.problem(root.Line, "", "want keys such as provider and prices")
		return
	}
	c.head = record{line: 1, cells: map[string]cell{}}
	c.each(root, func(name, value *yaml.Node) {
		switch name.Value {
		case "prices":
			c.prices = c.list(value, "prices", priceKeys)
			c.head.cells["prices"] = cell{"", name.Line}
		case "discounts":
			c.discounts = c.list(value, "discounts", discountKeys)
			c.head.cells["discounts"] = cell{"", name.Line}
		default:
			c.put(c.head, headKeys, name, value)
		}
	})
}

// unreadable puts the lines to the library's errors.
func (c *card) unreadable(err error) {
	list := &yaml.LoadErrors{}
	if one := (*yaml.LoadError)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list.Errors = []*yaml.LoadError{one}
	}
	for _, e := range list.Errors {
		c.problem(e.Mark.Line, "", "cannot be read as YAML: %s", strings.TrimPrefix(e.Message, "yaml: "))
	}
	if len(list.Errors) == 0 {
		c.problem(0, "", "cannot be read as YAML: is it empty?")
	}
}

// each calls f for the keys of a mapping, and refuses a key that comes twice.
func (c *card) each(n *yaml.Node, f func(name, value *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if before := seen[name.Value]; before > 0 {
			c.problem(name.Line, name.Value, "is given in line %d already", before)
			continue
		}
		seen[name.Value] = name.Line
		f(name, value)
	}
}

// list reads a list of mappings.
func (c *card) list(n *yaml.Node, key string, keys []string) (records []record) {
	if n.Kind != yaml.SequenceNode {
		c.problem(n.Line, key, "want a list")
		return nil
	}
	for _, value := range n.Content {
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind != yaml.MappingNode {
			c.problem(value.Line, key, "want keys such as %s", strings.Join(keys[:3], ", "))
			continue
		}
		r, before := record{line: value.Line, cells: map[string]cell{}}, len(c.problems)
		c.each(value, func(name, value *yaml.Node) { c.put(r, keys, name, value) })
		r.faulty = len(c.problems) > before
		records = append(records, r)
	}
	return records
}

// put keeps a value as the text that CSV would have for it.
func (c *card) put(r record, keys []string, name, value *yaml.Node) {
	if !slices.Contains(keys, name.Value) {
		c.problem(name.Line, name.Value, "is no key here, known are %s", strings.Join(keys, ", "))
		return
	}
	var parts []string
	switch {
	case value.Kind == yaml.ScalarNode && value.Tag == "!!null":
		c.problem(name.Line, name.Value, "has no value")
		return
	case value.Kind == yaml.ScalarNode:
		parts = []string{value.Value}
	case value.Kind == yaml.SequenceNode && slices.Contains(listKeys, name.Value):
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode {
				c.problem(item.Line, name.Value, "want a list of texts")
			}
			parts = append(parts, item.Value)
		}
	case value.Kind == yaml.MappingNode && name.Value == "includes":
		c.each(value, func(name, value *yaml.Node) { parts = append(parts, name.Value+" "+value.Value) })
	default:
		c.problem(name.Line, name.Value, "is of the wrong type")
		return
	}
	r.cells[name.Value] = cell{strings.Join(parts, ";"), name.Line}
}
