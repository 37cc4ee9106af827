package openstack

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Volume is one of Cinder's. An attached one names its server. Source: Block
// Storage API v3, "Volumes (volumes)".
type Volume struct {
	ID               string
	Name             string
	Description      string
	SizeGiB          int
	Status           string // creating, available, attaching, in-use, detaching, extending, deleting, error, ...
	Zone             string
	Type             string
	Bootable         bool
	Metadata         map[string]string
	ServerID         string // empty while attached to none
	AttachmentID     string
	Device           string
	AttachedAt       time.Time
	Created, Updated time.Time
}

func (v *Volume) id() string      { return v.ID }
func (v *Volume) born() time.Time { return v.Created }

func (c *Cloud) volume(id string) (*Volume, error) {
	v, ok := c.volumes.get(id)
	if !ok {
		return nil, refuse(http.StatusNotFound, "Volume %s could not be found.", id)
	}
	return v, nil
}

func (c *Cloud) listVolumes(q *call) (answer, error) {
	return c.volumePage(q, func(v *Volume) object {
		return object{"id": v.ID, "name": v.Name, "links": c.volumeLinks(q, v)}
	})
}

func (c *Cloud) listVolumeDetails(q *call) (answer, error) {
	return c.volumePage(q, func(v *Volume) object { return c.showVolume(q, v) })
}

func (c *Cloud) volumePage(q *call, show func(*Volume) object) (answer, error) {
	values := q.URL.Query()
	rows := c.volumes.where(func(v *Volume) bool {
		return matches(values, "name", v.Name) && matches(values, "status", v.Status) &&
			matches(values, "bootable", yesNo(v.Bootable))
	})
	rows, next, err := page(c, q, newestFirst(rows), func(marker string) error {
		return refuse(http.StatusNotFound, "Volume %s could not be found.", marker)
	})
	if err != nil {
		return answer{}, err
	}
	return listed(q, "volumes", each(rows, show), next)
}

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (c *Cloud) readVolume(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return ok(object{"volume": c.showVolume(q, v)})
}

func (c *Cloud) volumeLinks(q *call, v *Volume) []object {
	path := c.ProjectID() + "/volumes/" + v.ID
	return []object{
		{"rel": "self", "href": q.base() + "/volume/v3/" + path},
		{"rel": "bookmark", "href": q.base() + "/volume/" + path},
	}
}

// showVolume is a volume's document; while it is being attached Cinder does not
// show the attachment yet. Its database keeps whole seconds, so that only the
// answer of the create has the fractions.
func (c *Cloud) showVolume(q *call, v *Volume) object {
	attachments := []object{}
	if v.ServerID != "" && v.Status != "attaching" {
		attachments = append(attachments, object{
			"id": v.ID, "attachment_id": v.AttachmentID, "volume_id": v.ID, "server_id": v.ServerID,
			"host_name": nil, "device": v.Device, "attached_at": v.AttachedAt.UTC().Format(micros),
		})
	}
	return object{
		"id": v.ID, "name": v.Name, "description": orNull(v.Description), "status": v.Status, "size": v.SizeGiB,
		"availability_zone": v.Zone, "volume_type": v.Type, "bootable": yesNo(v.Bootable),
		"created_at": v.Created.UTC().Truncate(time.Second).Format(micros), "updated_at": timeOrNull(v.Updated),
		"metadata": cloned(v.Metadata), "attachments": attachments, "links": c.volumeLinks(q, v),
		"user_id": c.UserID(), "os-vol-tenant-attr:tenant_id": c.ProjectID(),
		"encrypted": false, "multiattach": false, "snapshot_id": nil, "source_volid": nil,
		"consistencygroup_id": nil, "replication_status": nil,
	}
}

// volumeWish is the body of POST /volumes.
type volumeWish struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Size        *int              `json:"size"`
	Zone        string            `json:"availability_zone"`
	Type        string            `json:"volume_type"`
	Image       string            `json:"imageRef"`
	Metadata    map[string]string `json:"metadata"`
}

// createVolume checks in Cinder's order: form, type, zone, then quotas, which are
// 413 there.
func (c *Cloud) createVolume(q *call) (answer, error) {
	var w volumeWish
	if err := q.decode("volume", &w); err != nil {
		return answer{}, err
	}
	fill(&w.Zone, c.opt.Zone)
	fill(&w.Type, c.volumeType)
	switch {
	case w.Size == nil:
		return answer{}, refuse(http.StatusBadRequest, "Invalid input received: 'size' is a required property")
	case *w.Size < 1:
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute size. Value: %[1]d. %[1]d is less than the minimum of 1", *w.Size)
	case w.Type != c.volumeType && w.Type != c.fixedID("volume type", c.volumeType):
		return answer{}, refuse(http.StatusNotFound, "Volume type with name %s could not be found.", w.Type)
	case w.Zone != c.opt.Zone:
		return answer{}, refuse(http.StatusBadRequest, "Availability zone '%s' is invalid.", w.Zone)
	}
	if err := c.volumeQuota(1, *w.Size); err != nil {
		return answer{}, err
	}
	v := c.makeVolume(Volume{
		Name: w.Name, Description: w.Description, SizeGiB: *w.Size, Metadata: w.Metadata, Bootable: w.Image != "",
	})
	doc := c.showVolume(q, v)
	doc["created_at"] = v.Created.UTC().Format(micros)
	return accepted(object{"volume": doc})
}

// makeVolume begins a volume, which is available after a while.
func (c *Cloud) makeVolume(v Volume) *Volume {
	v.ID, v.Created, v.Status = uuid.NewString(), c.line.At, "creating"
	v.Zone, v.Type = c.opt.Zone, c.volumeType
	c.volumes.add(v.ID, &v)
	c.line.After(c.opt.Transition, func() { v.turn("creating", "available", c.line.At) })
	return &v
}

// turn moves a volume on to another status, unless something came between.
func (v *Volume) turn(from, to string, at time.Time) {
	if v.Status == from {
		v.Status, v.Updated = to, at
	}
}

// volumeQuota refuses what would take the project over a quota.
func (c *Cloud) volumeQuota(volumes, gigabytes int) error {
	used := 0
	for _, v := range c.volumes.order {
		used += v.SizeGiB
	}
	switch limits := c.opt.Quotas; {
	case exceeds(len(c.volumes.order)+volumes, limits.Volumes):
		return refuse(http.StatusRequestEntityTooLarge,
			"VolumeLimitExceeded: Maximum number of volumes allowed (%d) exceeded for quota 'volumes'.", limits.Volumes)
	case exceeds(used+gigabytes, limits.Gigabytes):
		return refuse(http.StatusRequestEntityTooLarge,
			"VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. "+
				"Requested %dG, quota is %dG and %dG has been consumed.", gigabytes, limits.Gigabytes, used)
	}
	return nil
}

// removableVolume are the states in which a volume can be deleted.
var removableVolume = []string{"available", "error", "error_restoring", "error_extending", "error_managing"}

func (c *Cloud) deleteVolume(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(removableVolume, v.Status) {
		return answer{}, refuse(http.StatusBadRequest, "Invalid volume: Volume status must be %s and must not be "+
			"migrating, attached, belong to a group, have snapshots, awaiting a transfer, "+
			"or be disassociated from snapshots after volume transfer.", strings.Join(removableVolume, " or "))
	}
	v.Status, v.Updated = "deleting", c.line.At
	c.line.After(c.opt.Transition, func() { c.volumes.drop(v.ID) })
	return accepted(nil)
}

func (c *Cloud) updateVolume(q *call) (answer, error) {
	v, err := c.volume(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	var wish struct {
		Name, Description *string
		Metadata          *map[string]string
	}
	if err := q.decode("volume", &wish); err != nil {
		return answer{}, err
	}
	set(&v.Name, wish.Name)
	set(&v.Description, wish.Description)
	set(&v.Metadata, wish.Metadata)
	return ok(object{"volume": c.showVolume(q, v)})
}
