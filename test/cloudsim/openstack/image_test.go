package openstack

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const imagesURL = "/image/v2/images"

func TestImageFilters(t *testing.T) {
	s := newSite(t, nil).login()
	own := s.ProjectID()
	s.AddImage(Image{Name: "debian", Properties: map[string]string{"os_distro": "debian"}, Tags: []string{"lts", "x"}})
	s.AddImage(Image{Name: "old", Hidden: true})
	s.AddImage(Image{Name: "mine", Visibility: "private", Owner: own})
	s.AddImage(Image{Name: "theirs", Visibility: "private", Owner: "other"})
	s.AddImage(Image{Name: "club", Visibility: "community", Owner: "other"})
	s.AddImage(Image{Name: "wip", Status: "saving", Visibility: "private", Owner: own})
	for query, want := range map[string][]string{
		"":                                 {"debian", "mine", "wip"},
		"?visibility=public":               {"debian"},
		"?visibility=private":              {"mine", "wip"},
		"?visibility=community":            {"club"},
		"?visibility=all":                  {"club", "debian", "mine", "wip"},
		"?owner=" + own:                    {"mine", "wip"},
		"?owner=" + own + "&status=active": {"mine"},
		"?name=mine":                       {"mine"},
		"?os_distro=debian":                {"debian"},
		"?os_hidden=true":                  {"old"},
		"?tag=lts&tag=x":                   {"debian"},
		"?tag=lts&tag=y":                   nil,
	} {
		var names []string
		for _, row := range s.want(200, "GET", imagesURL+query, "").at(t, "images").([]any) {
			names = append(names, row.(object)["name"].(string))
		}
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestImageOfAServer(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	server := s.AddServer(Server{Name: "a", FlavorID: flavor, ImageID: image}).ID
	path := serverURL + "/" + server + "/action"
	s.ChangeImage(image, func(i *Image) { i.Properties = map[string]string{"os_distro": "cirros"} })

	r := s.want(202, "POST", path, `{"createImage":{"name":"snap","metadata":{"k":"v"}}}`, latest)
	id := r.at(t, "image_id").(string)
	for _, want := range []string{"queued", "saving", "active"} {
		if got := s.want(200, "GET", imagesURL+"/"+id, "").at(t, "status"); got != want {
			t.Errorf("status %v, want %s", got, want)
		}
		s.Pass(transition / 2)
	}
	got := s.want(200, "GET", imagesURL+"/"+id, "").doc(t)
	for name, want := range map[string]any{
		"name": "snap", "owner": s.ProjectID(), "visibility": "private", "k": "v", "os_distro": "cirros",
		"instance_uuid": server, "image_type": "snapshot", "base_image_ref": image, "disk_format": "qcow2",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	r = s.want(202, "POST", path, `{"createImage":{"name":"second"}}`)
	if location := r.Header.Get("Location"); !strings.HasPrefix(location, s.url+imagesURL+"/") {
		t.Errorf("before 2.45 the image is in Location, which is %q", location)
	}
}

func TestDeleteImage(t *testing.T) {
	s := newSite(t, nil).login()
	public := s.AddImage(Image{Name: "public"}).ID
	kept := s.AddImage(Image{Name: "kept", Owner: s.ProjectID(), Protected: true}).ID
	own := s.AddImage(Image{Name: "own", Owner: s.ProjectID()}).ID
	hidden := s.AddImage(Image{Name: "theirs", Owner: "other", Visibility: "private"}).ID
	for id, c := range map[string]struct {
		status int
		words  string
	}{
		public: {403, "You do not own this image"},
		kept:   {403, "is protected"},
		own:    {204, ""},
		hidden: {404, "Failed to find image"},
		"x":    {404, "Failed to find image x to delete"},
	} {
		if r := s.want(c.status, "DELETE", imagesURL+"/"+id, ""); !strings.Contains(r.text, c.words) {
			t.Errorf("says %s, want %q in it", r.text, c.words)
		}
	}
	if n := len(s.Images()); n != 3 {
		t.Errorf("%d images are left, want 3", n)
	}
}
