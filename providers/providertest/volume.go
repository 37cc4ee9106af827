package providertest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// volume makes one, waits until it can be attached and deletes it after the
// case.
func (c Cloud) volume(t testing.TB, gib float64) providers.Volume {
	t.Helper()
	maker := c.Provider.(providers.VolumeMaker)
	token := newToken()
	spec := providers.VolumeSpec{Token: token, Name: "conformance-" + token[:8], SizeGiB: gib, Zone: c.VolumeZone}
	v, ticket, err := maker.CreateVolume(t.Context(), spec)
	c.ok(t, err, "CreateVolume")
	if late := c.finish(t, ticket); v.ID == "" {
		v.ID = late
	}
	t.Cleanup(func() {
		if _, err := maker.DeleteVolume(context.Background(), v.ID); err != nil && providers.Kind(err) != providers.ErrNotFound {
			t.Logf("clean up: %v", err)
		}
	})
	v = c.volumeIs(t, v.ID, 0)
	if v.Token != token || v.Name != spec.Name {
		t.Errorf("volume has token %q and name %q, want %q and %q", v.Token, v.Name, token, spec.Name)
	}
	return v
}

// volumeIs waits until the volume is out of transition with n attachments that
// are out of transition, too.
func (c Cloud) volumeIs(t testing.TB, id string, n int) (v providers.Volume) {
	t.Helper()
	c.until(t, "volume settles", func() bool {
		var err error
		v, err = c.Provider.(providers.VolumeLister).Volume(t.Context(), id)
		if providers.Kind(err) == providers.ErrNotFound {
			return false
		}
		c.ok(t, err, "Volume")
		if v.State == providers.ResourceError {
			t.Fatalf("volume is in error: %s (%s)", v.Message, v.NativeState)
		}
		for _, a := range v.Attachments {
			if a.State == providers.ResourcePending || a.State == providers.ResourceDeleting {
				return false
			}
		}
		return v.State != providers.ResourcePending && len(v.Attachments) == n
	})
	return v
}

func volumeLifeCycle(t testing.TB, c Cloud) {
	v := c.volume(t, 1)
	if v.SizeGiB < 1 {
		t.Errorf("volume has %v GiB, want at least 1", v.SizeGiB)
	}
	rows, err := c.Provider.(providers.VolumeLister).Volumes(t.Context())
	c.ok(t, err, "Volumes")
	row := only(t, rows, "the volume's rows", func(r providers.Volume) bool { return r.ID == v.ID })
	if diff := cmp.Diff(v, row); diff != "" {
		t.Errorf("read by id (-) and listed (+) differ:\n%s", diff)
	}
	ticket, err := c.Provider.(providers.VolumeMaker).DeleteVolume(t.Context(), v.ID)
	c.ok(t, err, "DeleteVolume")
	c.finish(t, ticket)
	c.until(t, "volume is gone", func() bool {
		_, err := c.Provider.(providers.VolumeLister).Volume(t.Context(), v.ID)
		if err != nil {
			c.refused(t, err, "Volume of a deleted one", providers.ErrNotFound)
		}
		return err != nil
	})
}

func volumeSizeRoundedUp(t testing.TB, c Cloud) {
	if v := c.volume(t, 1.5); v.SizeGiB < 1.5 {
		t.Errorf("volume of 1.5 GiB has %v", v.SizeGiB)
	}
}

func unknownVolumeNotFound(t testing.TB, c Cloud) {
	id := c.unknown("volume")
	_, err := c.Provider.(providers.VolumeLister).Volume(t.Context(), id)
	c.refused(t, err, "Volume", providers.ErrNotFound)
	if maker, is := c.Provider.(providers.VolumeMaker); is {
		_, err = maker.DeleteVolume(t.Context(), id)
		c.refused(t, err, "DeleteVolume", providers.ErrNotFound)
	}
}

func volumeAttached(t testing.TB, c Cloud) {
	attacher := c.Provider.(providers.VolumeAttacher)
	s, v := c.running(t), c.volume(t, 1)
	if c.Cold {
		_, _, err := attacher.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: s.ID, VolumeID: v.ID})
		c.refused(t, err, "AttachVolume to a running server", providers.ErrConflict)
	}
	s = c.pluggable(t, s)
	asked := providers.AttachmentSpec{ServerID: s.ID, VolumeID: v.ID, Device: c.Device}
	a, ticket, err := attacher.AttachVolume(t.Context(), asked)
	c.ok(t, err, "AttachVolume")
	c.finish(t, ticket)
	if a.ServerID != s.ID || a.VolumeID != v.ID {
		t.Errorf("attachment %+v: must name server %s and volume %s", a, s.ID, v.ID)
	}
	v = c.volumeIs(t, v.ID, 1)
	listed := v.Attachments[0]
	if listed.ServerID != s.ID || listed.State != providers.ResourceOnline {
		t.Errorf("attachment %+v: must be online at server %s", listed, s.ID)
	}
	if c.Device != "" && listed.Device != c.Device {
		t.Errorf("device is %q, asked for %q", listed.Device, c.Device)
	}
	_, err = c.Provider.(providers.VolumeMaker).DeleteVolume(t.Context(), v.ID)
	c.refused(t, err, "DeleteVolume while attached", providers.ErrConflict)

	c.detach(t, s.ID, v.ID)
	_, err = attacher.DetachVolume(t.Context(), s.ID, v.ID)
	c.refused(t, err, "DetachVolume of one that is not attached", providers.ErrNotFound, providers.ErrConflict, providers.ErrInvalid)
}

// createWithVolume asks for an attachment within the create of the server.
func createWithVolume(t testing.TB, c Cloud) {
	v, spec := c.volume(t, 1), c.wish(t)
	spec.Volumes = []providers.AttachmentSpec{{VolumeID: v.ID, Device: c.Device}}
	s := c.reaches(t, c.create(t, spec).ID, providers.StateActive)
	v = c.volumeIs(t, v.ID, 1)
	if v.Attachments[0].ServerID != s.ID {
		t.Errorf("volume is attached to %s, want %s", v.Attachments[0].ServerID, s.ID)
	}
	c.pluggable(t, s)
	c.detach(t, s.ID, v.ID)
}

// pluggable brings a running server into the state in which it takes volumes
// and addresses.
func (c Cloud) pluggable(t testing.TB, s providers.Server) providers.Server {
	t.Helper()
	if c.Cold {
		return c.halt(t, s)
	}
	return s
}

func (c Cloud) detach(t testing.TB, server, volume string) {
	t.Helper()
	ticket, err := c.Provider.(providers.VolumeAttacher).DetachVolume(t.Context(), server, volume)
	c.ok(t, err, "DetachVolume")
	c.finish(t, ticket)
	c.volumeIs(t, volume, 0)
}

func attachUnknown(t testing.TB, c Cloud) {
	attacher := c.Provider.(providers.VolumeAttacher)
	s := c.running(t)
	_, _, err := attacher.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: s.ID, VolumeID: c.unknown("volume")})
	c.refused(t, err, "AttachVolume of an unknown volume", providers.ErrNotFound)
	v := c.volume(t, 1)
	_, _, err = attacher.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: c.unknown("server"), VolumeID: v.ID})
	c.refused(t, err, "AttachVolume to an unknown server", providers.ErrNotFound)
}

func volumeGrows(t testing.TB, c Cloud) {
	resizer := c.Provider.(providers.VolumeResizer)
	v := c.volume(t, 1)
	ticket, err := resizer.ResizeVolume(t.Context(), v.ID, v.SizeGiB+1)
	c.ok(t, err, "ResizeVolume")
	c.finish(t, ticket)
	c.until(t, "volume has grown", func() bool {
		return c.volumeIs(t, v.ID, 0).SizeGiB == v.SizeGiB+1
	})
	_, err = resizer.ResizeVolume(t.Context(), v.ID, v.SizeGiB)
	c.refused(t, err, "ResizeVolume to less", providers.ErrInvalid)
}
