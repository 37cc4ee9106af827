package occi_test

import (
	"testing"

	"occigate/translate/occi"
)

// An update of a resource that lists links alone adds them to it; JSON has no
// other way to say that without repeating the kind.
func TestUpdateWithLinksAlone(t *testing.T) {
	compute := &occi.Entity{Kind: occi.KindCompute, ID: "1"}
	body := `{"links":[
		{"kind":"` + occi.KindStorageLink + `","target":{"location":"/storage/2"},"attributes":{"occi.storagelink.mountpoint":"/data"}},
		{"kind":"` + occi.KindNetworkInterface + `","target":{"location":"/network/3"}}]}`
	bound, err := binder(t).Update(parse(t, occi.OCCIJSON, body), compute)
	if err != nil {
		t.Fatal(err)
	}
	links := bound.Entity.Links
	if len(links) != 2 || links[0].Target.Location != "/storage/2" || links[0].Attributes[occi.AttrMountPoint] != "/data" || links[1].Kind != occi.KindNetworkInterface {
		t.Errorf("read as %+v", bound.Entity)
	}
	link := &occi.Entity{Kind: occi.KindStorageLink, ID: "4", Source: occi.End{Location: "/compute/1"}, Target: occi.End{Location: "/storage/2"}}
	bound, err = binder(t).Update(parse(t, occi.OCCIJSON, `{"kind":"`+occi.KindStorageLink+`","target":{"location":"/storage/2"},"title":"T"}`), link)
	if err != nil || bound.Entity.Title != "T" || len(bound.Changed) > 0 {
		t.Errorf("an update of a link: %+v, %v", bound, err)
	}
}
