package elastichosts

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"

	"occigate/providers"
)

// driveStates gives the meaning of a drive's status. Active does not mean
// attached; the states of a copy are known from a client only (jclouds).
var driveStates = map[string]providers.ResourceState{
	"active":   providers.ResourceOnline,
	"inactive": providers.ResourceOnline,
	"copying":  providers.ResourcePending,
	"imaging":  providers.ResourcePending,
}

// places are where a drive may go that names no device, best first.
var places = []string{
	"block:0", "block:1", "block:2", "block:3", "block:4", "block:5", "block:6", "block:7",
	"ide:0:1", "ide:1:0", "ide:1:1",
}

// Volumes lists the user's drives, also those that servers boot from. Where they
// are attached is read from the servers, because a stopped server's drives may
// not be claimed: two calls.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	rows, err := p.read(ctx, "drive", "GET /drives/info")
	if err != nil {
		return nil, err
	}
	at, err := p.attachments(ctx)
	if err != nil {
		return nil, err
	}
	volumes := make([]providers.Volume, 0, len(rows))
	for _, r := range rows {
		volumes = append(volumes, volume(r, at))
	}
	return volumes, nil
}

// Volume reads one drive, and the servers for where it is attached.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	row, err := p.readOne(ctx, "drive", "GET /drives/{id}/info", id)
	if err != nil {
		return providers.Volume{}, err
	}
	at, err := p.attachments(ctx)
	if err != nil {
		return providers.Volume{}, err
	}
	return volume(row, at), nil
}

// attachments gives all of them by drive.
func (p *Provider) attachments(ctx context.Context) (map[string][]providers.Attachment, error) {
	rows, err := p.read(ctx, "server", "GET /servers/info")
	at := map[string][]providers.Attachment{}
	for _, r := range rows {
		plugged := drives(r)
		for _, device := range slices.Sorted(maps.Keys(plugged)) {
			drive := plugged[device]
			at[drive] = append(at[drive], providers.Attachment{
				ServerID: lower(r["server"]), VolumeID: drive, Device: device,
				State: providers.ResourceOnline, NativeState: r["status"],
			})
		}
	}
	return at, err
}

func volume(r props, at map[string][]providers.Attachment) providers.Volume {
	id := lower(r["drive"])
	v := providers.Volume{
		ID: id, Name: r["name"], SizeGiB: r.number("size") / gib, NativeState: r["status"],
		State: cmp.Or(driveStates[r["status"]], providers.ResourceOffline), Token: r[tokenKey], Attachments: at[id],
	}
	if imaging, copying := r["imaging"]; copying {
		v.State, v.Message = providers.ResourceOffline, "imaging "+percent(imaging)
	}
	return v
}

// CreateVolume makes an empty drive of the size in bytes, rounded up to a MiB.
func (p *Provider) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	const op = "POST /drives/create"
	if spec.Zone != "" || spec.Type != "" {
		return providers.Volume{}, "", providers.Errorf(providers.ErrInvalid, op, "there are no zones and types to choose from")
	}
	row, err := p.create(ctx, "drive", op, props{
		"name": cmp.Or(spec.Name, "drive-"+spec.Token), "size": inBytes(spec.SizeGiB), tokenKey: spec.Token,
	})
	if err != nil {
		return providers.Volume{}, "", err
	}
	return volume(row, nil), "", nil
}

func inBytes(sizeGiB float64) string {
	const mib = 1 << 20
	return strconv.FormatInt(int64(math.Ceil(sizeGiB*1024))*mib, 10)
}

// DeleteVolume destroys a drive that no server has.
func (p *Provider) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	if _, err := p.free(ctx, id); err != nil {
		return "", err
	}
	_, err := p.send(ctx, nil, "POST /drives/{id}/destroy", id)
	return "", err
}

// ResizeVolume grows a drive that no server has; that "set" takes a size is
// inferred.
func (p *Provider) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (providers.Ticket, error) {
	const op = "POST /drives/{id}/set"
	v, err := p.free(ctx, id)
	if err != nil {
		return "", err
	}
	if sizeGiB < v.SizeGiB {
		return "", providers.Errorf(providers.ErrInvalid, op, "the drive has %.2f GiB and cannot shrink", v.SizeGiB)
	}
	_, err = p.send(ctx, props{"size": inBytes(sizeGiB)}, op, id)
	return "", err
}

// free reads a drive and refuses one that is attached.
func (p *Provider) free(ctx context.Context, id string) (providers.Volume, error) {
	v, err := p.Volume(ctx, id)
	if err == nil && len(v.Attachments) > 0 {
		err = providers.Errorf(providers.ErrConflict, "drive", "it is attached to server %s as %s", v.Attachments[0].ServerID, v.Attachments[0].Device)
	}
	return v, err
}

// AttachVolume sets a device of a stopped server; a device that is free is
// chosen where none is asked for.
func (p *Provider) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (providers.Attachment, providers.Ticket, error) {
	none := providers.Attachment{}
	if _, err := p.readOne(ctx, "drive", "GET /drives/{id}/info", spec.VolumeID); err != nil {
		return none, "", err
	}
	var device string
	err := p.setStopped(ctx, spec.ServerID, func(server props) (_ props, err error) {
		device, err = place(server, spec.Device)
		return props{device: lower(spec.VolumeID)}, err
	})
	if err != nil {
		return none, "", err
	}
	return providers.Attachment{
		ServerID: lower(spec.ServerID), VolumeID: lower(spec.VolumeID), Device: device,
		State: providers.ResourceOnline, NativeState: "stopped",
	}, "", nil
}

// place chooses a device that is free, or checks the one asked for.
func place(server props, asked string) (string, error) {
	switch {
	case asked != "" && !devices.MatchString(asked):
		return "", providers.Errorf(providers.ErrInvalid, setOp, "%.40q is no device, those are ide:0:0 to ide:1:1, scsi:0:0 to scsi:0:7, block:0 to block:7", asked)
	case asked != "" && server[asked] != "":
		return "", providers.Errorf(providers.ErrConflict, setOp, "%s is taken", asked)
	case asked != "":
		return asked, nil
	}
	for _, device := range places {
		if server[device] == "" {
			return device, nil
		}
	}
	return "", providers.Errorf(providers.ErrConflict, setOp, "no device is free")
}

// DetachVolume takes a drive out of a stopped server.
func (p *Provider) DetachVolume(ctx context.Context, serverID, volumeID string) (providers.Ticket, error) {
	return "", p.setStopped(ctx, serverID, func(server props) (props, error) {
		for device, drive := range drives(server) {
			if drive == lower(volumeID) {
				return props{device: ""}, nil
			}
		}
		return nil, providers.Errorf(providers.ErrNotFound, setOp, "drive %s is not attached", volumeID)
	})
}
