package openstack

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Image is one of Glance's images. Source: Image service API v2, "Images".
type Image struct {
	ID               string
	Name             string
	Status           string // queued, saving, active, killed, deactivated, ...
	Visibility       string // public, private, shared, community
	Owner            string // project id
	MinDiskGiB       int
	MinMemoryMiB     int
	Size             int64 // bytes, 0 while nothing is uploaded
	DiskFormat       string
	Protected        bool
	Hidden           bool
	Tags             []string
	Properties       map[string]string // os_distro, architecture, image_type, ...
	Created, Updated time.Time
}

func (i *Image) id() string      { return i.ID }
func (i *Image) born() time.Time { return i.Created }

// imageFilters are the members that a listing can be filtered by, beside
// visibility, tag, os_hidden and all properties.
var imageFilters = map[string]func(*Image) string{
	"id":               func(i *Image) string { return i.ID },
	"name":             func(i *Image) string { return i.Name },
	"status":           func(i *Image) string { return i.Status },
	"owner":            func(i *Image) string { return i.Owner },
	"disk_format":      func(i *Image) string { return i.DiskFormat },
	"container_format": func(*Image) string { return "bare" },
}

// notFilters are query parameters of a listing that choose no rows by equality.
var notFilters = []string{
	"limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "tag", "os_hidden", "member_status",
}

func (c *Cloud) listImages(q *call) (answer, error) {
	values := q.URL.Query()
	rows := c.images.where(func(i *Image) bool { return c.shows(values, i) })
	rows, next, err := page(c, q, newestFirst(rows), func(marker string) error {
		return refuse(http.StatusBadRequest, "No image found with ID %s", marker)
	})
	if err != nil {
		return answer{}, err
	}
	body := object{
		"images": each(rows, c.showImage), "schema": "/v2/schemas/images",
		"first": imagesAddress(values, ""),
	}
	if next != "" {
		body["next"] = imagesAddress(values, next)
	}
	return ok(body)
}

// imagesAddress is a page's address as Glance gives it: relative, and without
// the prefix that the catalogue has.
func imagesAddress(values url.Values, marker string) string {
	values = maps.Clone(values)
	values.Del("marker")
	if marker != "" {
		values.Set("marker", marker)
	}
	if len(values) == 0 {
		return "/v2/images"
	}
	return "/v2/images?" + values.Encode()
}

// shows reports whether a listing has an image. Community images are listed
// only when asked for by their visibility.
func (c *Cloud) shows(values url.Values, i *Image) bool {
	visibility := values.Get("visibility")
	switch {
	case !c.sees(i),
		visibility == "" && i.Visibility == "community" && i.Owner != c.ProjectID(),
		visibility != "" && visibility != "all" && visibility != i.Visibility,
		(values.Get("os_hidden") == "true") != i.Hidden,
		!hasAll(i.Tags, values["tag"]):
		return false
	}
	for name, asked := range values {
		if slices.Contains(notFilters, name) {
			continue
		}
		have, known := imageFilters[name]
		value := i.Properties[name]
		if known {
			value = have(i)
		}
		if value != asked[0] {
			return false
		}
	}
	return true
}

// sees reports whether the project may know of an image.
func (c *Cloud) sees(i *Image) bool {
	return i.Owner == c.ProjectID() || i.Visibility == "public" || i.Visibility == "community"
}

func (c *Cloud) readImage(q *call) (answer, error) {
	i, err := c.image(q, "No image found with ID %s")
	if err != nil {
		return answer{}, err
	}
	return ok(c.showImage(i))
}

func (c *Cloud) image(q *call, missing string) (*Image, error) {
	i, ok := c.images.get(q.PathValue("id"))
	if !ok || !c.sees(i) {
		return nil, refuse(http.StatusNotFound, missing, q.PathValue("id"))
	}
	return i, nil
}

// deleteImage refuses what another project owns and what is protected.
func (c *Cloud) deleteImage(q *call) (answer, error) {
	i, err := c.image(q, "Failed to find image %s to delete")
	switch {
	case err != nil:
		return answer{}, err
	case i.Owner != c.ProjectID():
		return answer{}, refuse(http.StatusForbidden, "You do not own this image")
	case i.Protected:
		return answer{}, refuse(http.StatusForbidden, "Image %s is protected and cannot be deleted.", i.ID)
	}
	c.images.drop(i.ID)
	return noContent()
}

func (c *Cloud) showImage(i *Image) object {
	doc := object{}
	for name, value := range i.Properties {
		doc[name] = value
	}
	maps.Copy(doc, object{
		"id": i.ID, "name": i.Name, "status": i.Status, "visibility": i.Visibility, "owner": i.Owner,
		"min_disk": i.MinDiskGiB, "min_ram": i.MinMemoryMiB, "protected": i.Protected, "os_hidden": i.Hidden,
		"tags": append([]string{}, i.Tags...), "created_at": i.Created.UTC().Format(seconds),
		"updated_at": i.Updated.UTC().Format(seconds), "schema": "/v2/schemas/image",
		"self": "/v2/images/" + i.ID, "file": "/v2/images/" + i.ID + "/file",
		"size": nil, "virtual_size": nil, "checksum": nil, "os_hash_algo": nil, "os_hash_value": nil,
		"disk_format": nil, "container_format": nil,
	})
	if i.Size > 0 {
		maps.Copy(doc, object{
			"size": i.Size, "disk_format": i.DiskFormat, "container_format": "bare", "stores": "file",
			"checksum": c.idOf("md5", i.ID), "virtual_size": i.Size, "os_hash_algo": "sha512",
			"os_hash_value": strings.Repeat(c.idOf("sha512", i.ID), 4),
		})
	}
	return doc
}

// imageServer makes an image of a server: queued, then saving, then active,
// while the server has the task that goes with it.
func (c *Cloud) imageServer(q *call, s *Server, arguments json.RawMessage) (answer, error) {
	var wish struct {
		Name     string            `json:"name"`
		Metadata map[string]string `json:"metadata"`
	}
	_ = json.Unmarshal(arguments, &wish)
	if wish.Name == "" {
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute createImage. 'name' is a required property")
	}
	i := c.snapshot(s, wish.Name)
	maps.Copy(i.Properties, wish.Metadata)
	c.images.add(i.ID, i)
	c.begin(s, "image_snapshot", func() {})
	c.line.After(c.opt.Transition/2, func() { i.Status, i.Updated = "saving", c.line.At })
	c.line.After(c.opt.Transition, func() {
		i.Status, i.Updated, i.DiskFormat, i.Size = "active", c.line.At, "qcow2", 1<<30
		i.Properties["image_state"] = "available"
	})
	if q.minor >= 45 {
		return accepted(object{"image_id": i.ID})
	}
	return answer{status: http.StatusAccepted, location: q.base() + "/image/v2/images/" + i.ID}, nil
}

// snapshot is the image that will be made of a server: it has the properties of
// the image the server was made from, and what Nova adds.
func (c *Cloud) snapshot(s *Server, name string) *Image {
	i := &Image{
		ID: uuid.NewString(), Name: name, Status: "queued", Visibility: "private", Owner: c.ProjectID(),
		Properties: map[string]string{}, Created: c.line.At, Updated: c.line.At,
	}
	if base, ok := c.images.get(s.ImageID); ok {
		i.Properties = cloned(base.Properties)
		i.MinDiskGiB, i.MinMemoryMiB = base.MinDiskGiB, base.MinMemoryMiB
	}
	if f, ok := c.flavors.get(s.FlavorID); ok {
		i.MinDiskGiB = max(i.MinDiskGiB, f.DiskGiB)
	}
	maps.Copy(i.Properties, map[string]string{
		"base_image_ref": s.ImageID, "instance_uuid": s.ID, "image_type": "snapshot",
		"user_id": c.UserID(), "owner_user_name": c.opt.User, "owner_project_name": c.opt.Project,
		"boot_roles": "member,reader",
	})
	return i
}
