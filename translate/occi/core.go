package occi

import "slices"

// coreKinds are the kinds of the core model (GFD.221). Entity comes first: one
// client skips the first line of the query interface.
func coreKinds(o Options) []Kind {
	entity := Kind{
		Category:   Category{SchemeCore, "entity", "Entity"},
		Location:   "/entity/",
		Attributes: entityAttributes(),
	}
	if o.NoEntityLocation {
		entity.Location = ""
	}
	return []Kind{entity, {
		Category:   Category{SchemeCore, "resource", "Resource"},
		Parent:     KindEntity,
		Location:   "/resource/",
		Attributes: resourceAttributes(),
	}, {
		Category:   Category{SchemeCore, "link", "Link"},
		Parent:     KindEntity,
		Location:   "/link/",
		Attributes: linkAttributes(),
	}}
}

func entityAttributes(own ...Attribute) []Attribute {
	return slices.Concat([]Attribute{
		{Name: AttrID, Type: URI, Required: true, Description: "Unique identifier of the entity"},
		{Name: AttrTitle, Type: String, Mutable: true, Description: "Display name of the entity"},
	}, own)
}

func resourceAttributes(own ...Attribute) []Attribute {
	return slices.Concat(entityAttributes(
		Attribute{Name: AttrSummary, Type: String, Mutable: true, Description: "Summary of the resource"},
	), own)
}

func linkAttributes(own ...Attribute) []Attribute {
	return slices.Concat(entityAttributes(
		Attribute{Name: AttrSource, Type: URI, Mutable: true, Required: true, Description: "Resource that the link starts at"},
		Attribute{Name: AttrTarget, Type: URI, Mutable: true, Required: true, Description: "Resource or object that the link points to"},
		Attribute{Name: AttrTargetKind, Type: URI, Mutable: true, Description: "Kind of the target, if it is a resource"},
	), own)
}
