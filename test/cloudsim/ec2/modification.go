package ec2

import (
	"cmp"
	"time"
)

// modificationPause is how long a volume must be left alone after a change
// (Amazon EBS API Reference, ModifyVolume).
const modificationPause = 6 * time.Hour

// modification is a change of a volume's size, type or performance.
type modification struct {
	from, to volume // sizes, types, performance
	phase    phase  // modifying, optimizing, completed
	began    time.Time
	ended    time.Time
}

// settle applies the change when it passes into optimizing, as EC2 does.
func (m *modification) settle(v *volume, step time.Duration, now time.Time) {
	if m.phase.settle(now) && m.phase.state == "optimizing" {
		v.gib, v.kind, v.iops, v.throughput = m.to.gib, m.to.kind, m.to.iops, m.to.throughput
		m.phase = phase{"optimizing", "completed", m.phase.due.Add(step)}
	}
	if m.phase.settle(now) {
		m.ended = m.phase.due
	}
}

type modificationItem struct {
	Volume         string `xml:"volumeId"`
	State          string `xml:"modificationState"`
	TargetGiB      int    `xml:"targetSize"`
	TargetType     string `xml:"targetVolumeType"`
	TargetIOPS     int    `xml:"targetIops,omitempty"`
	TargetThrough  int    `xml:"targetThroughput,omitempty"`
	OriginalGiB    int    `xml:"originalSize"`
	OriginalType   string `xml:"originalVolumeType"`
	OriginalIOPS   int    `xml:"originalIops,omitempty"`
	OriginalThroug int    `xml:"originalThroughput,omitempty"`
	Progress       int    `xml:"progress"`
	Began          string `xml:"startTime"`
	Ended          string `xml:"endTime,omitempty"`
}

// progress is a modification's progress in percent, by its state.
var progress = map[string]int{"modifying": 0, "optimizing": 50, "completed": 100}

func (v *volume) modificationItem() modificationItem {
	m := v.change
	item := modificationItem{
		v.id, m.phase.state, m.to.gib, m.to.kind, max(m.to.iops, 0), m.to.throughput,
		m.from.gib, m.from.kind, max(m.from.iops, 0), m.from.throughput, progress[m.phase.state], timeText(m.began), "",
	}
	if m.phase.state == "completed" {
		item.Ended = timeText(m.ended)
	}
	return item
}

// modifyVolume begins a change. Volumes grow and never shrink.
func modifyVolume(c *call) (any, error) {
	v, err := c.volumes.find(c.text("VolumeId"))
	if err != nil {
		return nil, err
	}
	if s := v.status(); s != "available" && s != "in-use" {
		return nil, fail("IncorrectState", "The volume '%s' is in the '%s' state.", v.id, s)
	}
	if m := v.change; m != nil && m.phase.state != "completed" {
		return nil, fail("IncorrectModificationState", "Volume %s is currently in modification state '%s'", v.id, m.phase.state)
	}
	if m := v.change; m != nil && c.now.Sub(m.began) < modificationPause {
		return nil, fail("VolumeModificationRateExceeded", "You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume.")
	}
	size := c.number("Size", v.gib)
	if size < v.gib {
		return nil, fail("InvalidParameterValue", "New size cannot be smaller than existing size")
	}
	kind := cmp.Or(c.text("VolumeType"), v.kind)
	iops := 0
	if volumeTypes[kind].takesIOPS {
		iops = c.number("Iops", max(v.iops, 0))
	}
	to, err := c.newVolume(resource{}, v.zone, volumeSpec{size, kind, iops, "", false})
	if err != nil {
		return nil, err
	}
	to.throughput = c.number("Throughput", to.throughput)
	v.change = &modification{from: *v, to: *to, phase: c.passing(c.now, "modifying", "optimizing"), began: c.now}
	return struct {
		Modification modificationItem `xml:"volumeModification"`
	}{v.modificationItem()}, nil
}

var modificationListing = listing[*volume]{least: 1, most: 500, filters: map[string]filter[*volume]{
	"volume-id":          of(func(v *volume) string { return v.id }),
	"modification-state": of(func(v *volume) string { return v.change.phase.state }),
}}

// describeVolumesModifications lists the latest change of each volume that had
// one; a volume named without one is an error.
func describeVolumesModifications(c *call) (any, error) {
	changed := newRows[*volume](kind{volumeKind.prefix, volumeKind.param, "", "InvalidVolumeModification.NotFound", volumeKind.malformed, "modification for volume"})
	for _, v := range c.volumes.all() {
		if v.change != nil {
			changed.add(v)
		}
	}
	found, next, err := describe(c, &changed, modificationListing)
	answer := struct {
		Modifications []modificationItem `xml:"volumeModificationSet>item"`
		Next          string             `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, v := range found {
		answer.Modifications = append(answer.Modifications, v.modificationItem())
	}
	return answer, err
}
