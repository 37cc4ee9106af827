package ec2

import (
	"cmp"
	"strconv"
)

var instanceListing = listing[*instance]{least: 5, most: 1000, clamps: true, idsOnly: true, filters: map[string]filter[*instance]{
	"architecture":      of(func(i *instance) string { return i.image.arch }),
	"availability-zone": of(func(i *instance) string { return i.zone }),
	"block-device-mapping.volume-id": func(_ *call, i *instance) []string {
		var ids []string
		for _, v := range i.volumes {
			ids = append(ids, v.id)
		}
		return ids
	},
	"client-token":                   of(func(i *instance) string { return i.token }),
	"hibernation-options.configured": of(func(i *instance) string { return boolText(i.hibernates) }),
	"image-id":                       of(func(i *instance) string { return i.image.id }),
	"instance-id":                    of(func(i *instance) string { return i.id }),
	"instance-state-code":            of(func(i *instance) string { return strconv.Itoa(stateCodes[i.phase.state]) }),
	"instance-state-name":            of(func(i *instance) string { return i.phase.state }),
	"instance-type":                  of(func(i *instance) string { return i.kind.name }),
	"instance.group-id":              instanceGroups,
	"ip-address":                     func(c *call, i *instance) []string { return []string{c.instanceItem(i).Public} },
	"key-name":                       of(func(i *instance) string { return i.key }),
	"network-interface.network-interface-id": func(_ *call, i *instance) []string {
		var ids []string
		for _, n := range i.interfaces {
			ids = append(ids, n.id)
		}
		return ids
	},
	"private-ip-address": func(c *call, i *instance) []string { return []string{c.instanceItem(i).Private} },
	"reservation-id":     of(func(i *instance) string { return i.reservation }),
	"subnet-id":          func(c *call, i *instance) []string { return []string{c.instanceItem(i).Subnet} },
	"vpc-id":             func(c *call, i *instance) []string { return []string{c.instanceItem(i).VPC} },
}}

func instanceGroups(_ *call, i *instance) []string {
	var ids []string
	for _, n := range i.interfaces {
		ids = append(ids, groupIDs(n.groups)...)
	}
	return ids
}

func describeInstances(c *call) (any, error) {
	found, next, err := describe(c, &c.instances, instanceListing)
	return struct {
		Reservations []reservationItem `xml:"reservationSet>item"`
		Next         string            `xml:"nextToken,omitempty"`
	}{c.reservations(found), next}, err
}

type statusItem struct {
	ID       string    `xml:"instanceId"`
	Zone     string    `xml:"availabilityZone"`
	State    stateItem `xml:"instanceState"`
	System   string    `xml:"systemStatus>status"`
	Instance string    `xml:"instanceStatus>status"`
}

// describeInstanceStatus shows running instances, others only when asked.
func describeInstanceStatus(c *call) (any, error) {
	shown := c.instances
	if !c.flag("IncludeAllInstances", false) {
		shown = newRows[*instance](instanceKind)
		for _, i := range c.instances.all() {
			if i.phase.state == "running" {
				shown.add(i)
			}
		}
		if _, err := c.instances.findAll(c.list("InstanceId")); err != nil {
			return nil, err
		}
	}
	checks := map[string]string{"running": "ok", "pending": "initializing"}
	found, next, err := describe(c, &shown, instanceListing)
	answer := struct {
		Statuses []statusItem `xml:"instanceStatusSet>item"`
		Next     string       `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, i := range found {
		check := cmp.Or(checks[i.phase.state], "not-applicable")
		answer.Statuses = append(answer.Statuses, statusItem{i.id, i.zone, i.state(), check, check})
	}
	return answer, err
}
