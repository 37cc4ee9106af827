package occi

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// impliedLinks are the kinds of links that lead to a kind of resource, for
// clients that do not name the link's category.
var impliedLinks = map[string]string{
	KindNetwork: KindNetworkInterface,
	KindStorage: KindStorageLink,
}

// links reads the inline links of a resource. A replacement leaves the links of
// a resource as they are.
func (n *binding) links() error {
	for _, id := range n.part.LinkIDs {
		n.warn("link " + quoted(id) + " was ignored: it is not described in the request")
	}
	if len(n.part.Links) > 0 && n.Registry.IsA(n.out.Entity.Kind, KindLink) {
		return n.part.Links[0].Pos.fail("a link has no links", "", "")
	}
	if n.mode == forReplace {
		return nil
	}
	for i := range n.part.Links {
		link, err := n.link(&n.part.Links[i])
		if err != nil {
			return err
		}
		n.out.Entity.Links = append(n.out.Entity.Links, *link)
	}
	return nil
}

// link reads an inline link. It starts at the resource that it is part of,
// whatever source the client names. The target is the attribute, else what
// stands in brackets: some clients put a dummy there.
func (n *binding) link(part *Part) (*Entity, error) {
	target := cmp.Or(part.value(AttrTarget), part.Target)
	if target == "" {
		return nil, part.Pos.fail("link without a target", "", AttrTarget)
	}
	l := n.binding(part, n.mode, nil)
	if err := l.categories(); err != nil {
		return nil, err
	}
	e := &l.out.Entity
	leadsTo := cmp.Or(part.Rel, part.value(AttrTargetKind), n.kindOf(n.Path(target)))
	if e.Kind == "" {
		e.Kind = impliedLinks[leadsTo]
	}
	if !n.Registry.IsA(e.Kind, KindLink) {
		return nil, part.Pos.fail("link without the kind of a link", e.Kind, `category="…"`)
	}
	if err := l.kind(); err != nil {
		return nil, err
	}
	if err := l.values(); err != nil {
		return nil, err
	}
	e.Source, e.Target.Location = End{}, n.Path(target)
	switch {
	case n.mode != forRead:
		e.Target.Kind = leadsTo
	case part.Rel != "":
		e.Target.Kind = part.Rel
	}
	if n.mode == forRead {
		e.Source = End{Location: n.Registry.Path(&n.out.Entity), Kind: n.out.Entity.Kind}
	}
	n.out.Warnings = append(n.out.Warnings, l.out.Warnings...)
	return e, nil
}

// kindOf is the kind of an entity of ours, by its path.
func (b Binder) kindOf(path string) string {
	if k := b.Registry.KindAt(path[:strings.LastIndexByte(path, '/')+1]); k != nil {
		return k.ID()
	}
	return ""
}

// Path turns a URL of the gateway into a path, in the form in which it makes
// paths of entities itself: no doubled slashes, none at the end, the bare id. Other URIs stay as they are.
func (b Binder) Path(uri string) string {
	path := uri
	if !strings.HasPrefix(uri, "/") {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return uri
		}
		host, rest := u.Host, u.EscapedPath()
		if host == "" { // one client writes http:/host/path
			host, rest, _ = strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		}
		if !slices.ContainsFunc(b.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
			return uri
		}
		path = "/" + rest
	}
	path, _, _ = strings.Cut(path, "?")
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	i := strings.LastIndexByte(path, '/') + 1
	return path[:i] + bareID(path[i:])
}

// lastSegment is the id in a location, a URN or an id.
func lastSegment(uri string) string {
	uri = strings.TrimSuffix(uri, "/")
	return bareID(uri[strings.LastIndexByte(uri, '/')+1:])
}
