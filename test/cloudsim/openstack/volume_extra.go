package openstack

import (
	"encoding/json"
	"net/http"
)

// actOnVolume carries out the one action the simulator has: os-extend.
func (c *Cloud) actOnVolume(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	var wish struct {
		Size int `json:"new_size"`
	}
	if err := q.decode("os-extend", &wish); err != nil {
		return answer{}, err
	}
	switch {
	case wish.Size <= v.SizeGiB:
		return answer{}, refuse(http.StatusBadRequest, "Invalid input received: New size for extend must be "+
			"greater than current size. (current: %d, extended: %d).", v.SizeGiB, wish.Size)
	case v.Status != "available" && (v.Status != "in-use" || q.minor < 42): // attached ones since 3.42
		return answer{}, refuse(http.StatusBadRequest, "Invalid volume: Volume %s status must be "+
			"'{'status': 'available'}' to extend, currently %s.", v.ID, v.Status)
	}
	if err := c.volumeQuota(0, wish.Size-v.SizeGiB); err != nil {
		return answer{}, err
	}
	before := v.Status
	v.Status, v.Updated = "extending", c.line.At
	c.line.After(c.opt.Transition, func() {
		v.SizeGiB = wish.Size
		v.turn("extending", before, c.line.At)
	})
	return accepted(nil)
}

func (c *Cloud) readVolumeMetadata(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return ok(object{"metadata": cloned(v.Metadata)})
}

// changeVolumeMetadata adds members with POST and replaces them all with PUT.
func (c *Cloud) changeVolumeMetadata(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if v.Metadata, err = q.metadata(v.Metadata); err != nil {
		return answer{}, err
	}
	return ok(object{"metadata": cloned(v.Metadata)})
}

func (c *Cloud) deleteVolumeMetadata(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if _, known := v.Metadata[q.PathValue("key")]; !known {
		return answer{}, refuse(http.StatusNotFound,
			"Volume %s has no metadata with key %s.", v.ID, q.PathValue("key"))
	}
	delete(v.Metadata, q.PathValue("key"))
	return answer{status: http.StatusOK}, nil
}

// metadata reads the member of that name from the body: the whole of the new
// metadata with PUT, an addition to the old with POST.
func (q *call) metadata(old map[string]string) (map[string]string, error) {
	var sent map[string]json.RawMessage
	if err := q.decode("metadata", &sent); err != nil {
		return old, err
	}
	all := map[string]string{}
	if q.Method == http.MethodPost {
		all = cloned(old)
	}
	for key, raw := range sent {
		var value string
		if json.Unmarshal(raw, &value) != nil || len(key) > 255 || len(value) > 255 {
			return old, refuse(http.StatusBadRequest,
				"Invalid input for field/attribute %[1]s. Value: %[2]s. %[2]s is not of type 'string'", key, raw)
		}
		all[key] = value
	}
	return all, nil
}

func (c *Cloud) listVolumeTypes(*call) (answer, error) {
	return ok(object{"volume_types": []object{c.showVolumeType()}})
}

func (c *Cloud) showVolumeType() object {
	return object{
		"id": c.fixedID("volume type", c.volumeType), "name": c.volumeType, "description": "Default Volume Type",
		"is_public": true, "os-volume-type-access:is_public": true, "extra_specs": object{},
	}
}

func (c *Cloud) readVolumeLimits(*call) (answer, error) {
	used := 0
	for _, v := range c.volumes.order {
		used += v.SizeGiB
	}
	return ok(object{"limits": object{"rate": []object{}, "absolute": object{
		"maxTotalVolumes": c.opt.Quotas.Volumes, "totalVolumesUsed": len(c.volumes.order),
		"maxTotalVolumeGigabytes": c.opt.Quotas.Gigabytes, "totalGigabytesUsed": used,
		"maxTotalSnapshots": 10, "totalSnapshotsUsed": 0,
		"maxTotalBackups": 10, "totalBackupsUsed": 0,
		"maxTotalBackupGigabytes": 1000, "totalBackupGigabytesUsed": 0,
	}}})
}

func (c *Cloud) listVolumeZones(*call) (answer, error) {
	return ok(object{"availabilityZoneInfo": []object{
		{"zoneName": c.opt.Zone, "zoneState": object{"available": true}},
	}})
}
