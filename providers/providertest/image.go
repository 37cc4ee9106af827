package providertest

import (
	"testing"

	"occigate/providers"
)

// saveServer makes an image of a server and deletes it again. It is tried on
// the active server or, where that cannot be saved, on the stopped one.
func saveServer(t testing.TB, c Cloud) {
	saver := c.Provider.(providers.ImageSaver)
	s := c.running(t)
	if !s.Can(providers.AbilitySave) {
		s = c.halt(t, s)
	}
	if !s.Can(providers.AbilitySave) {
		t.Fatal("save is offered neither of an active nor of a stopped server")
	}
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
	cat, err := c.Provider.Catalogue(t.Context())
	c.ok(t, err, "Catalogue")
	for _, i := range cat.Images {
		if i.ID == id {
			return i, true
		}
	}
	return providers.Image{}, false
}
