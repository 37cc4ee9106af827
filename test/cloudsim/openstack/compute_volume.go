package openstack

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// diskWish is a disk of a new server. Source: Compute API reference, "Create
// Server", block_device_mapping_v2.
type diskWish struct {
	Boot        any    `json:"boot_index"` // a number or its text
	UUID        string `json:"uuid"`
	Source      string `json:"source_type"`      // image, volume, blank, snapshot
	Destination string `json:"destination_type"` // local, volume
	Size        int    `json:"volume_size"`
	Delete      bool   `json:"delete_on_termination"`
	Device      string `json:"device_name"`
}

// boots reports whether the server starts from the disk.
func (d diskWish) boots() bool { return d.Boot == float64(0) || d.Boot == "0" }

// checkDisks refuses disks that cannot be had.
func (c *Cloud) checkDisks(disks []diskWish) error {
	volumes, size := 0, 0
	for _, d := range disks {
		switch {
		case d.Source == "volume":
			v, ok := c.volumes.get(d.UUID)
			if !ok {
				return refuse(http.StatusBadRequest,
					"Block Device Mapping is Invalid: failed to get volume %s.", d.UUID)
			}
			if v.Status != "available" {
				return refuse(http.StatusBadRequest, "Block Device Mapping is Invalid: volume %s is %s.", d.UUID, v.Status)
			}
		case d.Destination == "volume":
			volumes, size = volumes+1, size+d.Size
		}
	}
	if volumes == 0 {
		return nil
	}
	return c.volumeQuota(volumes, size)
}

// mapDisks gives a new server its volumes: those that exist, and those made of
// an image or empty.
func (c *Cloud) mapDisks(s *Server, w serverWish) {
	for _, d := range w.Disks {
		if d.Destination != "volume" && d.Source != "volume" {
			continue
		}
		v, exists := c.volumes.get(d.UUID)
		if !exists {
			v = c.makeVolume(Volume{SizeGiB: max(1, d.Size), Bootable: d.Source == "image"})
		}
		c.connect(s, v, Attachment{Device: d.Device, DeleteOnTermination: d.Delete})
	}
}

// connect begins to attach a volume to a server.
func (c *Cloud) connect(s *Server, v *Volume, a Attachment) Attachment {
	a.ID, a.VolumeID, a.At = uuid.NewString(), v.ID, c.line.At
	fill(&a.Device, s.nextDevice())
	s.Attached = append(s.Attached, a)
	v.Status, v.Updated = "attaching", c.line.At
	v.ServerID, v.AttachmentID, v.Device = s.ID, a.ID, a.Device
	c.line.After(c.opt.Transition, func() {
		v.turn("attaching", "in-use", c.line.At)
		v.AttachedAt = c.line.At
	})
	return a
}

// nextDevice is the first free name from /dev/vdb on; a server booted from a
// volume has that at /dev/vda.
func (s *Server) nextDevice() string {
	letter := 'b'
	if s.ImageID == "" {
		letter = 'a'
	}
	for ; ; letter++ {
		device := "/dev/vd" + string(letter)
		if !slices.ContainsFunc(s.Attached, func(a Attachment) bool { return a.Device == device }) {
			return device
		}
	}
}

// release ends a volume's attachment on Cinder's side.
func (c *Cloud) release(v *Volume) {
	v.Status, v.Updated = "available", c.line.At
	v.ServerID, v.AttachmentID, v.Device = "", "", ""
}

// attachable are the vm_states in which volumes come and go.
var attachable = []string{"active", "paused", "stopped", "resized", "suspended", "shelved", "shelved_offloaded"}

// createAttachment answers before the volume is there: Cinder shows it attaching,
// then in-use. Source: Compute API reference, "Servers with volume attachments".
func (c *Cloud) createAttachment(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	var wish struct {
		Volume string `json:"volumeId"`
		Device string `json:"device"`
		Tag    string `json:"tag"`
		Delete bool   `json:"delete_on_termination"`
	}
	if err := q.decode("volumeAttachment", &wish); err != nil {
		return answer{}, err
	}
	if uuid.Validate(wish.Volume) != nil {
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute volumeId. Value: %[1]s. '%[1]s' is not a 'uuid'", wish.Volume)
	}
	v, err := c.volume(wish.Volume)
	if err != nil {
		return answer{}, err
	}
	if err := s.allows("attach_volume", attachable); err != nil {
		return answer{}, err
	}
	if v.ServerID != "" {
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid volume: volume %s is already attached to instances: %s", v.ID, v.ServerID)
	}
	if v.Status != "available" {
		return answer{}, refuse(http.StatusBadRequest, "Invalid volume: volume '%s' status must be 'available'. "+
			"Currently in '%s'", v.ID, v.Status)
	}
	a := c.connect(s, v, Attachment{Device: wish.Device, Tag: wish.Tag, DeleteOnTermination: wish.Delete})
	doc := showAttachment(q, s, a)
	delete(doc, "attachment_id") // the answer to POST kept its form
	delete(doc, "bdm_uuid")
	doc["id"] = v.ID
	return ok(object{"volumeAttachment": doc})
}

func (c *Cloud) listAttachments(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	list := each(s.Attached, func(a Attachment) object { return showAttachment(q, s, a) })
	return ok(object{"volumeAttachments": list})
}

func (c *Cloud) readAttachment(q *call) (answer, error) {
	s, a, err := c.attachment(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"volumeAttachment": showAttachment(q, s, a)})
}

func (c *Cloud) attachment(q *call) (*Server, Attachment, error) {
	s, err := c.server(q)
	if err != nil {
		return nil, Attachment{}, err
	}
	volume := q.PathValue("volume")
	i := slices.IndexFunc(s.Attached, func(a Attachment) bool { return a.VolumeID == volume })
	if i < 0 {
		return nil, Attachment{}, refuse(http.StatusNotFound,
			"Instance %s is not attached to volume %s", s.ID, volume)
	}
	return s, s.Attached[i], nil
}

// deleteAttachment is accepted once; the attachment is listed until the volume is
// available again.
func (c *Cloud) deleteAttachment(q *call) (answer, error) {
	s, a, err := c.attachment(q)
	if err != nil {
		return answer{}, err
	}
	if err := s.allows("detach_volume", attachable); err != nil {
		return answer{}, err
	}
	v, err := c.volume(a.VolumeID)
	if err != nil {
		return answer{}, err
	}
	if v.Status != "in-use" {
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. "+
				"Volume status must be 'in-use' and attach_status must be 'attached' to detach. (Volume is %s.)", v.Status)
	}
	v.Status, v.Updated = "detaching", c.line.At
	c.line.After(c.opt.Transition, func() {
		if v.Status != "detaching" {
			return
		}
		c.release(v)
		s.Attached = slices.DeleteFunc(s.Attached, func(x Attachment) bool { return x.ID == a.ID })
	})
	return accepted(nil)
}

// showAttachment is an attachment's document; 2.89 took the volume's id out of
// the place of the attachment's.
func showAttachment(q *call, s *Server, a Attachment) object {
	doc := object{"volumeId": a.VolumeID, "serverId": s.ID, "device": a.Device}
	if q.minor < 89 {
		doc["id"] = a.VolumeID
	} else {
		doc["attachment_id"] = a.ID
		doc["bdm_uuid"] = uuid.NewSHA1(uuid.NameSpaceOID, []byte(a.ID)).String()
	}
	if q.minor >= 70 {
		doc["tag"] = orNull(a.Tag)
	}
	if q.minor >= 79 {
		doc["delete_on_termination"] = a.DeleteOnTermination
	}
	return doc
}
