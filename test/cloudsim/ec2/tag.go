package ec2

import (
	"slices"
	"strings"
)

// maxTags is AWS's bound on the tags of a resource.
const maxTags = 50

// tag is a tag in a document.
type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// tagSet is a resource's tags in a document, by key.
func tagSet(r *resource) []tag {
	var set []tag
	for _, key := range sortedKeys(r.tags) {
		set = append(set, tag{key, r.tags[key]})
	}
	return set
}

// formTags reads the Tag.N of a form.
func formTags(p params) (map[string]string, error) {
	tags := map[string]string{}
	for _, t := range p.parts("Tag") {
		key, value := t.text("Key"), t.text("Value")
		if _, twice := tags[key]; twice {
			return nil, fail("InvalidParameterValue", "Duplicate tag key '%s' specified.", key)
		}
		switch {
		case key == "" || len(key) > 128:
			return nil, fail("InvalidParameterValue", "Tag keys must be 1 to 128 characters long")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, fail("InvalidParameterValue", "Value ( %s ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use", key)
		case len(value) > 256:
			return nil, fail("InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters")
		}
		tags[key] = value
	}
	if len(tags) > maxTags {
		return nil, tooManyTags()
	}
	return tags, nil
}

func tooManyTags() error {
	return fail("TagLimitExceeded", "More than %d tags specified", maxTags)
}

// specified reads the tags that the form's TagSpecification has for each of the
// types; another type is an error.
func (c *call) specified(types ...string) (map[string]map[string]string, error) {
	byType := map[string]map[string]string{}
	for _, s := range c.parts("TagSpecification") {
		of := s.text("ResourceType")
		if !slices.Contains(types, of) {
			return nil, fail("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", of)
		}
		tags, err := formTags(s)
		if err != nil {
			return nil, err
		}
		byType[of] = tags
	}
	return byType, nil
}

// fresh makes the common part of a new resource.
func (c *call) fresh(k kind, tags map[string]string) resource {
	return resource{id: c.id(k.prefix), born: c.now, tags: copyTags(tags)}
}

func copyTags(tags map[string]string) map[string]string {
	copied := map[string]string{}
	for key, value := range tags {
		copied[key] = value
	}
	return copied
}

// taggable is a kind whose resources can be tagged by id.
type taggable struct {
	kind kind
	find func(id string) (*resource, error)
	all  func() []*resource
}

func taggables(c *Cloud) []taggable {
	return []taggable{
		taggableRows(&c.instances), taggableRows(&c.images), taggableRows(&c.volumes),
		taggableRows(&c.vpcs), taggableRows(&c.subnets), taggableRows(&c.interfaces),
		taggableRows(&c.groups), taggableRows(&c.addresses), taggableRows(&c.keyPairs),
	}
}

func taggableRows[T row](r *rows[T]) taggable {
	find := func(id string) (*resource, error) {
		row, err := r.find(id)
		if err != nil {
			return nil, err
		}
		return row.base(), nil
	}
	all := func() []*resource {
		var list []*resource
		for _, row := range r.order {
			list = append(list, row.base())
		}
		return list
	}
	return taggable{r.kind, find, all}
}

// tagged finds the resources that CreateTags and DeleteTags name.
func (c *call) tagged() ([]*resource, error) {
	var found []*resource
	for _, id := range c.list("ResourceId") {
		kinds := taggables(c.Cloud)
		i := slices.IndexFunc(kinds, func(t taggable) bool { return strings.HasPrefix(id, t.kind.prefix) })
		if i < 0 {
			return nil, fail("InvalidID", "The ID '%s' is not valid", id)
		}
		r, err := kinds[i].find(id)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

func createTags(c *call) (any, error) {
	tags, err := formTags(c.params)
	if err != nil {
		return nil, err
	}
	resources, err := c.tagged()
	if err != nil {
		return nil, err
	}
	for _, r := range resources {
		merged := copyTags(r.tags)
		for key, value := range tags {
			merged[key] = value
		}
		if len(merged) > maxTags {
			return nil, tooManyTags()
		}
	}
	for _, r := range resources {
		for key, value := range tags {
			r.tags[key] = value
		}
	}
	return done{true}, nil
}

// deleteTags removes tags; one given with a value only when the value is the
// same, all when none is given.
func deleteTags(c *call) (any, error) {
	resources, err := c.tagged()
	if err != nil {
		return nil, err
	}
	wanted := c.parts("Tag")
	for _, r := range resources {
		if len(wanted) == 0 {
			clear(r.tags)
		}
		for _, t := range wanted {
			if !t.has("Value") || r.tags[t.text("Key")] == t.text("Value") {
				delete(r.tags, t.text("Key"))
			}
		}
	}
	return done{true}, nil
}

// tagRow is a row of DescribeTags.
type tagRow struct {
	resource
	ResourceID   string
	ResourceType string
	Key, Value   string
}

type tagItem struct {
	ResourceID   string `xml:"resourceId"`
	ResourceType string `xml:"resourceType"`
	Key          string `xml:"key"`
	Value        string `xml:"value"`
}

var tagListing = listing[*tagRow]{least: 5, most: 1000, clamps: true, filters: map[string]filter[*tagRow]{
	"resource-id":   of(func(t *tagRow) string { return t.ResourceID }),
	"resource-type": of(func(t *tagRow) string { return t.ResourceType }),
	"key":           of(func(t *tagRow) string { return t.Key }),
	"value":         of(func(t *tagRow) string { return t.Value }),
}}

func describeTags(c *call) (any, error) {
	table := newRows[*tagRow](kind{})
	for _, t := range taggables(c.Cloud) {
		for _, r := range t.all() {
			for _, pair := range tagSet(r) {
				table.add(&tagRow{
					resource{id: r.id + " " + pair.Key, born: r.born, tags: map[string]string{pair.Key: pair.Value}},
					r.id, t.kind.tagType, pair.Key, pair.Value,
				})
			}
		}
	}
	found, next, err := describe(c, &table, tagListing)
	answer := struct {
		Tags []tagItem `xml:"tagSet>item"`
		Next string    `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, t := range found {
		answer.Tags = append(answer.Tags, tagItem{t.ResourceID, t.ResourceType, t.Key, t.Value})
	}
	return answer, err
}
