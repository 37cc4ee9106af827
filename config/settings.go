package config

import "go.yaml.in/yaml/v4"

// Settings is a part of the file that is read by somebody else: the adapter of
// an account.
type Settings struct {
	doc  *document
	key  string
	node *yaml.Node
}

// UnmarshalYAML keeps the part unread.
func (s *Settings) UnmarshalYAML(n *yaml.Node) error {
	s.node = n
	return nil
}

// Decode reads the settings into the struct that into points to, over what it
// holds. It is as strict as the file itself: what is wrong is [Problems] that
// name file, line and key.
func (s Settings) Decode(into any) error {
	if s.node == nil || s.node.Tag == "!!null" {
		return nil
	}
	if problems := s.doc.decode(s.node, s.key, into); len(problems) > 0 {
		return problems.sorted()
	}
	return nil
}
