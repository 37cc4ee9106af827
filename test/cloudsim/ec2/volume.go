package ec2

import (
	"cmp"
	"slices"
	"time"
)

// volumeType bounds the volumes of a type (Amazon EBS User Guide, "Amazon EBS
// volume types").
type volumeType struct {
	least, most int // GiB
	iops        int // what it has when none are asked for, 0 where they must be
	throughput  int // MiB/s, 0 where it is not set
	takesIOPS   bool
}

var volumeTypes = map[string]volumeType{
	"gp3":      {1, 16384, 3000, 125, true},
	"gp2":      {1, 16384, 100, 0, false},
	"io1":      {4, 16384, 0, 0, true},
	"io2":      {4, 65536, 0, 0, true},
	"st1":      {125, 16384, -1, 0, false},
	"sc1":      {125, 16384, -1, 0, false},
	"standard": {1, 1024, -1, 0, false},
}

// volume is an EBS volume.
type volume struct {
	resource
	phase      phase
	zone       string
	gib        int
	kind       string
	iops       int // negative for types without
	throughput int
	snapshot   string
	encrypted  bool
	attachment *volumeAttachment
	change     *modification
}

// volumeAttachment is a volume's place in an instance.
type volumeAttachment struct {
	instance *instance
	device   string
	at       time.Time
	delete   bool // with the instance
	phase    phase
}

// status is the volume's state in the API's words.
func (v *volume) status() string {
	if v.attachment != nil && v.phase.state == "available" {
		return "in-use"
	}
	return v.phase.state
}

func (v *volume) settle(c *Cloud, now time.Time) {
	if v.phase.settle(now) && v.phase.state == "deleted" {
		c.volumes.remove(v)
	}
	if v.attachment != nil && v.attachment.phase.settle(now) && v.attachment.phase.state == "detached" {
		v.leave()
	}
	if v.change != nil {
		v.change.settle(v, c.opts.Transition, now)
	}
}

// leave takes the volume out of its instance.
func (v *volume) leave() {
	i := v.attachment.instance
	i.volumes = slices.DeleteFunc(i.volumes, func(other *volume) bool { return other == v })
	v.attachment = nil
}

// volumeSpec is a wish for a volume, from CreateVolume or a block device.
type volumeSpec struct {
	size      int // GiB, 0 for the snapshot's
	kind      string
	iops      int
	snapshot  string
	encrypted bool
}

// newVolume makes a volume that is not yet among the cloud's rows.
func (c *Cloud) newVolume(r resource, zone string, s volumeSpec) (*volume, error) {
	snapshotGiB, known := c.snapshots[s.snapshot]
	if s.snapshot != "" && !known {
		return nil, fail("InvalidSnapshot.NotFound", "The snapshot '%s' does not exist.", s.snapshot)
	}
	size := cmp.Or(s.size, snapshotGiB)
	if size == 0 {
		return nil, fail("MissingParameter", "The request must contain the parameter size or snapshotId")
	}
	v := &volume{resource: r, zone: zone, gib: size, kind: cmp.Or(s.kind, "gp2"), snapshot: s.snapshot, encrypted: s.encrypted}
	bounds, ok := volumeTypes[v.kind]
	switch {
	case !ok:
		return nil, fail("InvalidParameterValue", "Value (%s) for parameter volumeType is invalid.", v.kind)
	case size < bounds.least || size > bounds.most:
		return nil, fail("InvalidParameterValue", "Volume of %dGiB is outside of %d to %d GiB, the bounds of type %s", size, bounds.least, bounds.most, v.kind)
	case size < snapshotGiB:
		return nil, fail("InvalidParameterValue", "Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB", size, s.snapshot, snapshotGiB)
	case s.iops != 0 && !bounds.takesIOPS:
		return nil, fail("InvalidParameterCombination", "The parameter iops is not supported for %s volumes.", v.kind)
	case s.iops == 0 && bounds.iops == 0:
		return nil, fail("MissingParameter", "The request must contain the parameter iops")
	}
	v.iops, v.throughput = cmp.Or(s.iops, bounds.iops), bounds.throughput
	if v.kind == "gp2" {
		v.iops = max(100, min(3*size, 16000))
	}
	return v, nil
}

type volumeItem struct {
	ID          string                 `xml:"volumeId"`
	GiB         int                    `xml:"size"`
	Snapshot    string                 `xml:"snapshotId"`
	Zone        string                 `xml:"availabilityZone"`
	Status      string                 `xml:"status"`
	Created     string                 `xml:"createTime"`
	Attachments []volumeAttachmentItem `xml:"attachmentSet>item"`
	Type        string                 `xml:"volumeType"`
	IOPS        int                    `xml:"iops,omitempty"`
	Throughput  int                    `xml:"throughput,omitempty"`
	Encrypted   bool                   `xml:"encrypted"`
	Multi       bool                   `xml:"multiAttachEnabled"`
	Tags        []tag                  `xml:"tagSet>item"`
}

type volumeAttachmentItem struct {
	Volume   string `xml:"volumeId"`
	Instance string `xml:"instanceId"`
	Device   string `xml:"device"`
	Status   string `xml:"status"`
	At       string `xml:"attachTime"`
	Delete   bool   `xml:"deleteOnTermination"`
}

func (v *volume) item() volumeItem {
	item := volumeItem{
		ID: v.id, GiB: v.gib, Snapshot: v.snapshot, Zone: v.zone, Status: v.status(), Created: timeText(v.born),
		Type: v.kind, IOPS: max(v.iops, 0), Throughput: v.throughput, Encrypted: v.encrypted, Tags: tagSet(&v.resource),
	}
	if v.attachment != nil {
		item.Attachments = []volumeAttachmentItem{v.attachmentItem()}
	}
	return item
}

func (v *volume) attachmentItem() volumeAttachmentItem {
	a := v.attachment
	return volumeAttachmentItem{v.id, a.instance.id, a.device, a.phase.state, timeText(a.at), a.delete}
}

var volumeListing = listing[*volume]{least: 5, most: 1000, clamps: true, idsOnly: true, filters: map[string]filter[*volume]{
	"attachment.device": of(func(v *volume) string {
		return ofPlace(v, func(a *volumeAttachment) string { return a.device })
	}),
	"attachment.instance-id": of(func(v *volume) string {
		return ofPlace(v, func(a *volumeAttachment) string { return a.instance.id })
	}),
	"attachment.status": of(func(v *volume) string {
		return ofPlace(v, func(a *volumeAttachment) string { return a.phase.state })
	}),
	"availability-zone": of(func(v *volume) string { return v.zone }),
	"encrypted":         of(func(v *volume) string { return boolText(v.encrypted) }),
	"snapshot-id":       of(func(v *volume) string { return v.snapshot }),
	"status":            of(func(v *volume) string { return v.status() }),
	"volume-id":         of(func(v *volume) string { return v.id }),
	"volume-type":       of(func(v *volume) string { return v.kind }),
}}

func ofPlace(v *volume, text func(*volumeAttachment) string) string {
	if v.attachment == nil {
		return ""
	}
	return text(v.attachment)
}

func describeVolumes(c *call) (any, error) {
	found, next, err := describe(c, &c.volumes, volumeListing)
	answer := struct {
		Volumes []volumeItem `xml:"volumeSet>item"`
		Next    string       `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, v := range found {
		answer.Volumes = append(answer.Volumes, v.item())
	}
	return answer, err
}

func createVolume(c *call) (any, error) {
	tags, err := c.specified("volume")
	if err != nil {
		return nil, err
	}
	ids, err := c.repeated()
	if err != nil {
		return nil, err
	}
	if ids != nil {
		v, err := c.volumes.find(ids[0])
		if err != nil {
			return nil, err
		}
		return v.item(), nil
	}
	zone := c.text("AvailabilityZone")
	if c.knownZone(zone) != nil {
		return nil, fail("InvalidZone.NotFound", "The zone '%s' does not exist.", zone)
	}
	v, err := c.newVolume(c.fresh(volumeKind, tags["volume"]), zone, volumeSpec{
		c.number("Size", 0), c.text("VolumeType"), c.number("Iops", 0), c.text("SnapshotId"), c.flag("Encrypted", false),
	})
	if err != nil {
		return nil, err
	}
	v.throughput = c.number("Throughput", v.throughput)
	v.phase = c.passing(c.now, "creating", "available")
	c.volumes.add(v)
	c.remember(v.id)
	return v.item(), nil
}

func deleteVolume(c *call) (any, error) {
	v, err := c.volumes.find(c.text("VolumeId"))
	if err != nil {
		return nil, err
	}
	switch s := v.status(); s {
	case "in-use":
		return nil, fail("VolumeInUse", "Volume %s is currently attached to %s", v.id, v.attachment.instance.id)
	case "available", "error":
		v.phase = c.passing(c.now, "deleting", "deleted")
		return done{true}, nil
	default:
		return nil, fail("IncorrectState", "The volume '%s' is in the '%s' state.", v.id, s)
	}
}
