package providertest

import (
	"testing"

	"occigate/providers"
)

// saveServer makes an image of a server and deletes it again. It is tried on
// the active server or, where that cannot be saved, on the stopped one.
func saveServer(t testing.TB, c Cloud) {
	saver := c.Provider.(providers.ImageSaver)
	s := c.savable(t)
	was, token := s.State, newToken()
	image, ticket, err := saver.SaveServer(t.Context(), s.ID, providers.ImageSpec{Token: token, Name: "conformance-image-" + token[:8]})
	c.ok(t, err, "SaveServer")
	if late := c.finish(t, ticket); image.ID == "" {
		image.ID = late
	}
	listed := c.imageReady(t, image.ID)
	if !listed.Own || listed.Name != "conformance-image-"+token[:8] {
		t.Errorf("image %+v: must be our own with the name asked for", listed)
	}
	if listed.Token != "" && listed.Token != token {
		t.Errorf("image has the token %s, want %s or none", listed.Token, token)
	}
	c.reaches(t, s.ID, was)

	c.ok(t, saver.DeleteImage(t.Context(), image.ID), "DeleteImage")
	c.until(t, "deleted image is gone from the catalogue", func() bool {
		_, there := c.image(t, image.ID)
		return !there
	})
}

// savable is a server of its own that offers to be saved.
func (c Cloud) savable(t testing.TB) providers.Server {
	t.Helper()
	s := c.running(t)
	if !s.Can(providers.AbilitySave) {
		s = c.halt(t, s)
	}
	if !s.Can(providers.AbilitySave) {
		t.Fatal("save is offered neither of an active nor of a stopped server")
	}
	return s
}

// backUpServer backs a server up, twice with the same token and once with
// another under the same name. The server stays as it is, and no image comes of
// it.
func backUpServer(t testing.TB, c Cloud) {
	maker := c.Provider.(providers.BackupMaker)
	s, before := c.savable(t), c.images(t)
	token := newToken()
	for _, token := range []string{token, token, newToken()} {
		ticket, err := maker.BackUpServer(t.Context(), s.ID, providers.ImageSpec{Token: token, Name: "conformance-backup"})
		c.ok(t, err, "BackUpServer")
		c.finish(t, ticket)
	}
	c.reaches(t, s.ID, s.State)
	if after := c.images(t); len(after) != len(before) {
		t.Errorf("%d images, there were %d", len(after), len(before))
	}
	_, err := maker.BackUpServer(t.Context(), c.unknown("server"), providers.ImageSpec{Token: newToken(), Name: "conformance-none"})
	c.refused(t, err, "BackUpServer of an unknown server", providers.ErrNotFound)
}

func saveUnknown(t testing.TB, c Cloud) {
	saver := c.Provider.(providers.ImageSaver)
	_, _, err := saver.SaveServer(t.Context(), c.unknown("server"), providers.ImageSpec{Token: newToken(), Name: "conformance-none"})
	c.refused(t, err, "SaveServer of an unknown server", providers.ErrNotFound)
	c.refused(t, saver.DeleteImage(t.Context(), c.unknown("image")), "DeleteImage of an unknown one", providers.ErrNotFound)
}

func (c Cloud) imageReady(t testing.TB, id string) (image providers.Image) {
	t.Helper()
	c.until(t, "image "+id+" is listed as ready", func() bool {
		var there bool
		image, there = c.image(t, id)
		if there && image.State == providers.ImageFailed {
			t.Fatalf("image %s has failed", id)
		}
		return there && image.State == providers.ImageReady
	})
	return image
}

func (c Cloud) image(t testing.TB, id string) (providers.Image, bool) {
	t.Helper()
	for _, i := range c.images(t) {
		if i.ID == id {
			return i, true
		}
	}
	return providers.Image{}, false
}

func (c Cloud) images(t testing.TB) []providers.Image {
	t.Helper()
	cat, err := c.Provider.Catalogue(t.Context())
	c.ok(t, err, "Catalogue")
	return cat.Images
}
