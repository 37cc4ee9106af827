package gogrid

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"occigate/test/cloudsim/fault"
)

// Image is a server image.
type Image struct {
	ID           int
	Name         string // the system's name
	FriendlyName string
	Description  string
	OS           string
	Bits         int // 32 or 64
	State        Option
	Datacenters  []Option
	Public       bool
	Price        string // as it is written: 0.05; default 0
	Created      time.Time
}

func (i *Image) view() object {
	arch, osID := bits64, 17
	if i.Bits == 32 {
		arch, osID = bits32, 16
	}
	owner := object{"object": "customer", "id": -1, "name": "GoGrid"}
	if !i.Public {
		owner = object{"object": "customer", "id": 123, "name": "demo"}
	}
	centers := []object{}
	for _, d := range i.Datacenters {
		centers = append(centers, object{
			"object": "image_datacenter_state", "datacenter": d.view(), "state": i.State.view(),
		})
	}
	return object{
		"object": "serverimage", "id": i.ID, "name": i.Name, "friendlyName": i.FriendlyName,
		"description": i.Description, "location": "gogrid/" + i.Name + ".img",
		"os": Option{osID, i.OS, i.OS}.view(), "architecture": arch.view(), "type": webServer.view(),
		"minram": ram[0].view(), "state": i.State.view(), "datacenterlist": centers,
		"isActive": true, "isPublic": i.Public, "owner": owner, "price": json.Number(cmp.Or(i.Price, "0")), "billingtokens": []object{},
		"createdTime": i.Created.UnixMilli(), "updatedTime": i.Created.UnixMilli(),
	}
}

// AddImage adds an image and returns it with its id. Without a state it is
// available, without datacenters it is in all of them.
func (c *Cloud) AddImage(i Image) Image {
	c.look(func() {
		i.ID = c.nextID()
		fill(&i.State, ImageAvailable)
		fill(&i.Bits, 64)
		fill(&i.FriendlyName, i.Name)
		fill(&i.Created, c.line.At)
		if i.Datacenters == nil {
			i.Datacenters = datacenters()
		}
		c.images = append(c.images, &i)
	})
	return i
}

// image finds what id, name or image names.
func (c *Cloud) image(text string) *Image {
	for _, i := range c.images {
		if text != "" && (text == strconv.Itoa(i.ID) || text == i.Name) {
			return i
		}
	}
	return nil
}

func (c *Cloud) imageOf(q *call) (*Image, error) {
	for _, arg := range []string{"id", "name", "image"} {
		if i := c.image(q.args.Get(arg)); i != nil && i.State != ImageDeleted {
			return i, nil
		}
	}
	return nil, noMatch()
}

func (c *Cloud) imageList(q *call) (*answer, error) {
	state, err := q.option("image.state", vocabularies()["image.state"])
	if err != nil {
		return nil, err
	}
	at, err := q.option("datacenter", datacenters())
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, i := range c.images {
		public := q.args.Get("isPublic")
		fits := (state.ID == 0 || state == i.State) && i.State != ImageDeleted &&
			(at.ID == 0 || slices.Contains(i.Datacenters, at)) &&
			(public == "" || public == strconv.FormatBool(i.Public))
		if fits {
			rows = append(rows, i.view())
		}
	}
	return c.page(q, fault.Rows(c.opt.Faults, q.op, rows, func(object) time.Duration { return time.Hour }))
}

func (c *Cloud) imageGet(q *call) (*answer, error) {
	i, err := c.imageOf(q)
	if err != nil {
		return nil, err
	}
	return one(i.view()), nil
}

// imageSave makes an image of a server, running or not.
func (c *Cloud) imageSave(q *call) (*answer, error) {
	s, err := c.serverNamed(q.args.Get("server"))
	if err != nil {
		return nil, err
	}
	name := q.args.Get("friendlyName")
	busy := map[Option]Option{On: OnSaving, Off: OffSaving}
	saving, ok := busy[s.State]
	if name == "" || !ok {
		return nil, illegal("The server cannot be saved now, or friendlyName is missing.")
	}
	from, id := c.image(strconv.Itoa(s.ImageID)), c.nextID()
	i := &Image{
		ID: id, Name: fmt.Sprintf("GSI-%08d", id), FriendlyName: name, Description: q.args.Get("description"),
		State: ImageSaving, Datacenters: []Option{s.Datacenter}, Created: c.line.At, Bits: 64,
	}
	if from != nil {
		i.OS, i.Bits = from.OS, from.Bits
	}
	c.images = append(c.images, i)
	before := s.State
	s.State = saving
	c.line.After(c.opt.Transition, func() {
		i.State = ImageAvailable
		if s.State == saving {
			s.State = before
		}
	})
	return one(i.view()), nil
}

// own finds an image that the account may change.
func (c *Cloud) own(q *call) (*Image, error) {
	i, err := c.imageOf(q)
	if err == nil && i.Public {
		return nil, illegal("You do not own this image.")
	}
	return i, err
}

func (c *Cloud) imageEdit(q *call) (*answer, error) {
	i, err := c.own(q)
	if err != nil {
		return nil, err
	}
	if q.args.Has("friendlyName") {
		i.FriendlyName = q.args.Get("friendlyName")
	}
	if q.args.Has("description") {
		i.Description = q.args.Get("description")
	}
	if q.args.Has("isPublic") {
		i.Public = strings.EqualFold(q.args.Get("isPublic"), "true")
	}
	return one(i.view()), nil
}

// imageDelete moves an image to the trash, where it is still listed.
func (c *Cloud) imageDelete(q *call) (*answer, error) {
	return c.imageTo(q, ImageAvailable, ImageTrash)
}

func (c *Cloud) imageRestore(q *call) (*answer, error) {
	return c.imageTo(q, ImageTrash, ImageAvailable)
}

func (c *Cloud) imageTo(q *call, from, to Option) (*answer, error) {
	i, err := c.own(q)
	if err != nil {
		return nil, err
	}
	if i.State != from {
		return nil, illegal("The image is in state " + i.State.Name + ".")
	}
	i.State = to
	return one(i.view()), nil
}
