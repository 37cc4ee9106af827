package openstack

import (
	"net/http"
	"slices"
)

func (c *Cloud) readServerMetadata(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"metadata": cloned(s.Metadata)})
}

// maxServerMetadata is Nova's quota of items.
const maxServerMetadata = 128

// changeServerMetadata adds members with POST and replaces them all with PUT.
func (c *Cloud) changeServerMetadata(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	all, err := q.metadata(s.Metadata)
	if err != nil {
		return answer{}, err
	}
	if len(all) > maxServerMetadata {
		return answer{}, refuse(http.StatusForbidden, "Maximum number of metadata items exceeds %d", maxServerMetadata)
	}
	s.Metadata = all
	return ok(object{"metadata": cloned(all)})
}

func (c *Cloud) readServerMetadataItem(q *call) (answer, error) {
	s, err := c.metadataItem(q)
	if err != nil {
		return answer{}, err
	}
	key := q.PathValue("key")
	return ok(object{"meta": object{key: s.Metadata[key]}})
}

// metadataItem finds the server that has the item of a call.
func (c *Cloud) metadataItem(q *call) (*Server, error) {
	s, err := c.server(q)
	if err != nil {
		return nil, err
	}
	if _, known := s.Metadata[q.PathValue("key")]; !known {
		return nil, refuse(http.StatusNotFound, "Metadata item was not found")
	}
	return s, nil
}

func (c *Cloud) setServerMetadataItem(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	var item map[string]string
	if err := q.decode("meta", &item); err != nil {
		return answer{}, err
	}
	key := q.PathValue("key")
	if _, same := item[key]; !same || len(item) != 1 {
		return answer{}, refuse(http.StatusBadRequest, "Request body and URI mismatch")
	}
	s.Metadata = cloned(s.Metadata)
	s.Metadata[key] = item[key]
	return ok(object{"meta": item})
}

func (c *Cloud) deleteServerMetadataItem(q *call) (answer, error) {
	s, err := c.metadataItem(q)
	if err != nil {
		return answer{}, err
	}
	delete(s.Metadata, q.PathValue("key"))
	return noContent()
}

// taggedServer finds the server of a call on tags, which came with 2.26.
func (c *Cloud) taggedServer(q *call) (*Server, error) {
	if q.minor < 26 {
		return nil, refuse(http.StatusNotFound, "The resource could not be found.")
	}
	return c.server(q)
}

func (c *Cloud) listServerTags(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"tags": append([]string{}, s.Tags...)})
}

func (c *Cloud) replaceServerTags(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	var tags []string
	if err := q.decode("tags", &tags); err != nil {
		return answer{}, err
	}
	s.Tags = sortedSet(tags)
	return c.listServerTags(q)
}

func (c *Cloud) deleteServerTags(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	s.Tags = nil
	return noContent()
}

func (c *Cloud) readServerTag(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(s.Tags, q.PathValue("tag")) {
		return answer{}, refuse(http.StatusNotFound, "Server %s has no tag '%s'", s.ID, q.PathValue("tag"))
	}
	return noContent()
}

func (c *Cloud) addServerTag(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	if slices.Contains(s.Tags, q.PathValue("tag")) {
		return noContent()
	}
	s.Tags = sortedSet(append(slices.Clone(s.Tags), q.PathValue("tag")))
	return answer{status: http.StatusCreated, location: q.self()}, nil
}

func (c *Cloud) deleteServerTag(q *call) (answer, error) {
	s, err := c.taggedServer(q)
	if err != nil {
		return answer{}, err
	}
	i := slices.Index(s.Tags, q.PathValue("tag"))
	if i < 0 {
		return answer{}, refuse(http.StatusNotFound, "Instance %s has no tag '%s'", s.ID, q.PathValue("tag"))
	}
	s.Tags = slices.Delete(slices.Clone(s.Tags), i, i+1)
	return noContent()
}

// sortedSet is the tags in order, each once.
func sortedSet(tags []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(tags)))
}

func (c *Cloud) listComputeZones(*call) (answer, error) {
	return ok(object{"availabilityZoneInfo": []object{
		{"zoneName": c.opt.Zone, "zoneState": object{"available": true}, "hosts": nil},
	}})
}

func (c *Cloud) readComputeLimits(*call) (answer, error) {
	used := c.usage()
	return ok(object{"limits": object{"rate": []object{}, "absolute": object{
		"maxTotalInstances": c.opt.Quotas.Instances, "totalInstancesUsed": used.servers,
		"maxTotalCores": c.opt.Quotas.Cores, "totalCoresUsed": used.cores,
		"maxTotalRAMSize": c.opt.Quotas.MemoryMiB, "totalRAMUsed": used.memory,
		"maxTotalKeypairs": c.opt.Quotas.KeyPairs, "maxServerMeta": maxServerMetadata,
		"maxServerGroups": 10, "totalServerGroupsUsed": 0, "maxServerGroupMembers": 10,
	}}})
}
