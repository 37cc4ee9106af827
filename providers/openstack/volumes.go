package openstack

import (
	"cmp"
	"context"
	"math"
	"strings"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// volumeRow is a volume (Block Storage API v3, "List accessible volumes with
// details").
type volumeRow struct {
	ID          string
	Name        string
	Status      string
	Size        float64
	Zone        string `json:"availability_zone"`
	Created     stamp  `json:"created_at"`
	Metadata    map[string]string
	Attachments []struct {
		ServerID string `json:"server_id"`
		Device   string
	}
}

// volumeStates gives the meaning of Cinder's volume status ("Volumes", table of
// statuses). Every status that begins with "error" is an error; one that is
// not here is offline.
var volumeStates = map[string]providers.ResourceState{
	"available":         providers.ResourceOnline,
	"in-use":            providers.ResourceOnline,
	"creating":          providers.ResourcePending,
	"downloading":       providers.ResourcePending,
	"uploading":         providers.ResourcePending,
	"reserved":          providers.ResourcePending,
	"attaching":         providers.ResourcePending,
	"detaching":         providers.ResourcePending,
	"extending":         providers.ResourcePending,
	"retyping":          providers.ResourcePending,
	"backing-up":        providers.ResourcePending,
	"restoring-backup":  providers.ResourcePending,
	"awaiting-transfer": providers.ResourceOffline,
	"maintenance":       providers.ResourceOffline,
	"deleting":          providers.ResourceDeleting,
}

func (r volumeRow) state() providers.ResourceState {
	if s, known := volumeStates[r.Status]; known {
		return s
	}
	if strings.HasPrefix(r.Status, "error") {
		return providers.ResourceError
	}
	return providers.ResourceOffline
}

func (r volumeRow) volume() providers.Volume {
	v := providers.Volume{
		ID: r.ID, Name: r.Name, Zone: r.Zone, SizeGiB: r.Size, State: r.state(), NativeState: r.Status,
		Created: r.Created.Time, Token: r.Metadata[tokenKey],
	}
	for _, a := range r.Attachments {
		v.Attachments = append(v.Attachments, providers.Attachment{
			ServerID: a.ServerID, VolumeID: r.ID, Device: a.Device, State: v.State, NativeState: r.Status,
		})
	}
	return v
}

// Volumes lists the project's volumes with their attachments, in pages of up to
// 1,000.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	rows, err := list[volumeRow](ctx, p, request{to: volume, op: "GET /volumes/detail", query: limited()}, "volumes")
	if err != nil {
		return nil, err
	}
	volumes := make([]providers.Volume, 0, len(rows))
	for _, r := range rows {
		volumes = append(volumes, r.volume())
	}
	return listing.Volumes(volumes, nil)
}

// Volume reads one volume.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	var answer struct{ Volume volumeRow }
	err := p.do(ctx, request{to: volume, op: "GET /volumes/{id}", ids: []string{id}, into: &answer})
	return answer.Volume.volume(), err
}

// volumesExist refuses a create that names a volume that is not there.
func (p *Provider) volumesExist(ctx context.Context, specs []providers.AttachmentSpec) error {
	for _, s := range specs {
		if _, err := p.Volume(ctx, s.VolumeID); err != nil {
			return err
		}
	}
	return nil
}

// CreateVolume makes a volume of whole GiB. Our token is metadata.
func (p *Provider) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	size, err := wholeGiB("POST /volumes", spec.SizeGiB)
	if err != nil {
		return providers.Volume{}, "", err
	}
	wish := struct {
		Name     string            `json:"name,omitempty"`
		Size     int32             `json:"size"`
		Zone     string            `json:"availability_zone,omitempty"`
		Type     string            `json:"volume_type,omitempty"`
		Metadata map[string]string `json:"metadata,omitempty"`
	}{Name: spec.Name, Size: size, Zone: cmp.Or(spec.Zone, p.settings.VolumeZone), Type: cmp.Or(spec.Type, p.settings.VolumeType)}
	if spec.Token != "" {
		wish.Metadata = map[string]string{tokenKey: spec.Token}
	}
	var answer struct{ Volume volumeRow }
	err = p.do(ctx, request{to: volume, op: "POST /volumes", body: map[string]any{"volume": wish}, into: &answer})
	if err != nil {
		return providers.Volume{}, "", err
	}
	return answer.Volume.volume(), "", nil
}

// wholeGiB rounds up to what Cinder can make: at least 1, and no more than its
// database holds.
func wholeGiB(op string, gib float64) (int32, error) {
	if gib <= math.MaxInt32 {
		return int32(max(1, math.Ceil(gib))), nil
	}
	return 0, providers.Errorf(providers.ErrInvalid, op, "a volume cannot have %v GiB", gib)
}

// DeleteVolume deletes a volume; Cinder refuses one that is attached.
func (p *Provider) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	return "", p.do(ctx, request{to: volume, op: "DELETE /volumes/{id}", ids: []string{id}})
}

// ResizeVolume extends a volume to whole GiB, also while it is attached.
func (p *Provider) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (providers.Ticket, error) {
	const op = "POST /volumes/{id}/action"
	size, err := wholeGiB(op, sizeGiB)
	if err != nil {
		return "", err
	}
	return "", p.do(ctx, request{
		to: volume, op: op, ids: []string{id},
		body: map[string]any{"os-extend": map[string]int32{"new_size": size}},
	})
}

// AttachVolume asks Nova to attach a volume. A device name is a wish that most
// hypervisors do not grant; the answer has the one that Nova chose.
func (p *Provider) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (providers.Attachment, providers.Ticket, error) {
	wish := map[string]string{"volumeId": spec.VolumeID}
	if spec.Device != "" {
		wish["device"] = spec.Device
	}
	var answer struct {
		Attachment struct{ Device string } `json:"volumeAttachment"`
	}
	err := p.do(ctx, request{
		to: compute, op: "POST /servers/{id}/os-volume_attachments", ids: []string{spec.ServerID},
		body: map[string]any{"volumeAttachment": wish}, into: &answer,
	})
	if err != nil {
		return providers.Attachment{}, "", err
	}
	return providers.Attachment{
		ServerID: spec.ServerID, VolumeID: spec.VolumeID, Device: answer.Attachment.Device,
		State: providers.ResourcePending, NativeState: "attaching",
	}, "", nil
}

// DetachVolume asks Nova to detach a volume.
func (p *Provider) DetachVolume(ctx context.Context, serverID, volumeID string) (providers.Ticket, error) {
	return "", p.do(ctx, request{
		to: compute, op: "DELETE /servers/{id}/os-volume_attachments/{volume}", ids: []string{serverID, volumeID},
	})
}
