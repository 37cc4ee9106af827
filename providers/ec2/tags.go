package ec2

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The tags that have a meaning here.
const (
	tagName   = "Name"            // shown by AWS's own console as the name
	tagToken  = "occigate:token"  // our token, on the resource it was given for
	tagServer = "occigate:server" // a server's token, on what its create made beside it
)

// ownTags are the name and the token of a resource; empty values make no tag.
func ownTags(name, token string) map[string]string {
	tags := map[string]string{}
	if name != "" {
		tags[tagName] = name
	}
	if token != "" {
		tags[tagToken] = token
	}
	return tags
}

// tagged is the request to give a new resource of a kind its tags, nil when
// there are none.
func tagged(kind types.ResourceType, tags map[string]string) []types.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	spec := types.TagSpecification{ResourceType: kind}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		spec.Tags = append(spec.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return []types.TagSpecification{spec}
}

// tag is the value of a tag, "" when it is not there.
func tag(tags []types.Tag, key string) string {
	for _, t := range tags {
		if value(t.Key) == key {
			return value(t.Value)
		}
	}
	return ""
}

// filter is a condition of a listing: the name has one of the values.
func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}
