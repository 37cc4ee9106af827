package e2e

import (
	"net/http"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestListsFollowChanges checks that what the gateway keeps of its lists is
// given up when an entity, one of its links or a category changes.
func TestListsFollowChanges(t *testing.T) {
	p := StartTwo(t, "50ms")
	list := func() string {
		return p.Must(t, http.StatusOK, "GET", "/compute/", "", "Accept", string(occi.OCCIJSON)).Body
	}
	w := Wish{
		Image: p.Mixin(t, occi.MixinOSTemplate, "private-.*debian"),
		Size:  p.Mixin(t, occi.MixinResourceTemplate, "private-m1_small"),
		Title: "followed",
	}
	speak := speakers[occi.OCCIJSON]
	list()
	compute := p.create(t, occi.OCCIJSON, "/compute/", speak.compute(w))
	if !strings.Contains(list(), `"followed"`) {
		t.Error("a new compute is not in the list")
	}
	p.State(t, compute, "active")
	p.Must(t, http.StatusOK, "POST", compute, `{"title":"called otherwise"}`, "Content-Type", string(occi.OCCIJSON))
	if body := list(); strings.Contains(body, `"followed"`) || !strings.Contains(body, `"called otherwise"`) {
		t.Error("the list has the old title")
	}
	volume := p.create(t, occi.OCCIJSON, "/storage/", speak.storage(w))
	p.State(t, volume, "online")
	link := p.create(t, occi.OCCIJSON, "/storagelink/", speak.storageLink(compute, volume))
	if !strings.Contains(list(), path(link)[len("/storagelink/"):]) {
		t.Error("a new link is not in the list of its source")
	}
	p.State(t, link, "active")
	p.gone(t, link)
	if strings.Contains(list(), path(link)[len("/storagelink/"):]) {
		t.Error("a link that is gone is still in the list of its source")
	}
	p.gone(t, compute)
	if strings.Contains(list(), `"called otherwise"`) {
		t.Error("a deleted compute is still in the list")
	}
}
