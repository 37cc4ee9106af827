package inventory_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"occigate/providers"
)

// cloud is a cloud in memory that misbehaves as told. Every method is counted
// under its name. Times are those of the bubble that it runs in.
type cloud struct {
	mu        sync.Mutex
	identity  providers.Identity
	catalogue providers.Catalogue
	servers   map[string]*providers.Server
	volumes   map[string]*providers.Volume
	networks  map[string]*providers.Network
	addresses map[string]*providers.Address
	next      int
	tokenless bool                                 // keeps no tokens
	calls     map[string]int                       // by method
	fails     map[string]error                     // method -> error instead of doing it
	loses     map[string]bool                      // method -> does it, but the answer is lost
	hangs     map[string]bool                      // method -> answers only when its context ends
	before    map[string]func()                    // method -> called before anything is done
	crash     map[string]func()                    // method -> called when it has been done
	hidden    map[string]time.Time                 // native id -> listed from then on
	ticket    providers.Ticket                     // of the next create
	progress  []func() (providers.Progress, error) // of the polls, in order
}

func newCloud(account string) *cloud {
	return &cloud{
		identity: providers.Identity{Account: account, Region: "here"},
		servers:  map[string]*providers.Server{}, volumes: map[string]*providers.Volume{},
		networks: map[string]*providers.Network{}, addresses: map[string]*providers.Address{},
		calls: map[string]int{}, fails: map[string]error{}, loses: map[string]bool{}, hangs: map[string]bool{},
		before: map[string]func(){}, crash: map[string]func(){}, hidden: map[string]time.Time{},
	}
}

// enter counts a call and does what it is told to do before it; the caller
// holds the lock afterwards when there is no error.
func (c *cloud) enter(ctx context.Context, method string) error {
	c.mu.Lock()
	c.calls[method]++
	hang, err, before := c.hangs[method], c.fails[method], c.before[method]
	if before != nil {
		c.mu.Unlock()
		before()
		c.mu.Lock()
	}
	if hang {
		c.mu.Unlock()
		<-ctx.Done()
		return &providers.Error{Kind: providers.ErrUnavailable, Op: method, Message: "no answer", Err: ctx.Err()}
	}
	if err != nil {
		c.mu.Unlock()
		return err
	}
	return nil
}

// leave ends a change.
func (c *cloud) leave(method string) error {
	lost, crash := c.loses[method], c.crash[method]
	c.mu.Unlock()
	if crash != nil {
		crash()
	}
	if lost {
		return &providers.Error{Kind: providers.ErrUnavailable, Op: method, Message: "connection reset"}
	}
	return nil
}

// do changes the cloud from outside, as its console would.
func (c *cloud) do(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *cloud) count(method string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[method]
}

func (c *cloud) id(prefix string) string {
	c.next++
	return fmt.Sprintf("%s-%d", prefix, c.next)
}

func notFound(op, id string) error {
	return &providers.Error{Kind: providers.ErrNotFound, Op: op, Message: id + " does not exist"}
}

func (c *cloud) Identity(ctx context.Context) (providers.Identity, error) {
	if err := c.enter(ctx, "Identity"); err != nil {
		return providers.Identity{}, err
	}
	defer c.mu.Unlock()
	return c.identity, nil
}

func (c *cloud) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	if err := c.enter(ctx, "Catalogue"); err != nil {
		return providers.Catalogue{}, err
	}
	defer c.mu.Unlock()
	return c.catalogue, nil
}

func (c *cloud) Servers(ctx context.Context) ([]providers.Server, error) {
	if err := c.enter(ctx, "Servers"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	all := []providers.Server{}
	for _, s := range c.servers {
		if !time.Now().Before(c.hidden[s.ID]) {
			all = append(all, c.look(s))
		}
	}
	return all, nil
}

// look is a server as it is now: transitions take ten seconds.
func (c *cloud) look(s *providers.Server) providers.Server {
	out := *s
	out.Interfaces = slices.Clone(s.Interfaces)
	switch s.State {
	case providers.StateActive:
		out.Power = []providers.PowerOp{providers.PowerStop, providers.PowerOff, providers.PowerReboot}
		out.Abilities = []providers.Ability{providers.AbilitySave}
	case providers.StateInactive:
		out.Power = []providers.PowerOp{providers.PowerStart}
	}
	return out
}

func (c *cloud) Server(ctx context.Context, id string) (providers.Server, error) {
	if err := c.enter(ctx, "Server"); err != nil {
		return providers.Server{}, err
	}
	defer c.mu.Unlock()
	s := c.servers[id]
	if s == nil {
		return providers.Server{}, notFound("Server", id)
	}
	return c.look(s), nil
}

func (c *cloud) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	if err := c.enter(ctx, "CreateServer"); err != nil {
		return providers.Server{}, "", err
	}
	s := &providers.Server{
		ID: c.id("i"), Name: spec.Name, ImageID: spec.ImageID, State: providers.StatePending,
		Token: spec.Token, Created: time.Now(),
	}
	if c.tokenless {
		s.Token = ""
	}
	c.servers[s.ID] = s
	out, ticket := c.look(s), c.ticket
	if ticket != "" {
		out.ID = ""
	}
	return out, ticket, c.leave("CreateServer")
}

func (c *cloud) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	if err := c.enter(ctx, "DeleteServer"); err != nil {
		return "", err
	}
	if c.servers[id] == nil {
		c.mu.Unlock()
		return "", notFound("DeleteServer", id)
	}
	c.servers[id].State = providers.StateDeleting
	return "", c.leave("DeleteServer")
}

func (c *cloud) Poll(ctx context.Context, _ providers.Ticket) (providers.Progress, error) {
	if err := c.enter(ctx, "Poll"); err != nil {
		return providers.Progress{}, err
	}
	defer c.mu.Unlock()
	if len(c.progress) == 0 {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "Poll", "no such ticket")
	}
	step := c.progress[0]
	c.progress = c.progress[1:]
	return step()
}

func (c *cloud) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	if err := c.enter(ctx, "Power"); err != nil {
		return "", err
	}
	s := c.servers[id]
	switch op {
	case providers.PowerStart:
		s.State = providers.StateActive
	case providers.PowerStop, providers.PowerOff:
		s.State = providers.StateInactive
	}
	return "", c.leave("Power")
}

func (c *cloud) Volumes(ctx context.Context) ([]providers.Volume, error) {
	if err := c.enter(ctx, "Volumes"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	all := []providers.Volume{}
	for _, id := range slices.Sorted(maps.Keys(c.volumes)) {
		v := *c.volumes[id]
		v.Attachments = slices.Clone(v.Attachments)
		all = append(all, v)
	}
	return all, nil
}

func (c *cloud) Volume(ctx context.Context, id string) (providers.Volume, error) {
	if err := c.enter(ctx, "Volume"); err != nil {
		return providers.Volume{}, err
	}
	defer c.mu.Unlock()
	if v := c.volumes[id]; v != nil {
		return *v, nil
	}
	return providers.Volume{}, notFound("Volume", id)
}

func (c *cloud) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (providers.Attachment, providers.Ticket, error) {
	if err := c.enter(ctx, "AttachVolume"); err != nil {
		return providers.Attachment{}, "", err
	}
	at := providers.Attachment{ServerID: spec.ServerID, VolumeID: spec.VolumeID, State: providers.ResourcePending}
	listed := at
	listed.Device, listed.State = "/dev/sdf", providers.ResourceOnline
	v := c.volumes[spec.VolumeID]
	v.Attachments = append(v.Attachments, listed)
	return at, "", c.leave("AttachVolume")
}

func (c *cloud) DetachVolume(ctx context.Context, _, volume string) (providers.Ticket, error) {
	if err := c.enter(ctx, "DetachVolume"); err != nil {
		return "", err
	}
	c.volumes[volume].Attachments = nil
	return "", c.leave("DetachVolume")
}

func (c *cloud) Networks(ctx context.Context) ([]providers.Network, error) {
	if err := c.enter(ctx, "Networks"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	all := []providers.Network{}
	for _, id := range slices.Sorted(maps.Keys(c.networks)) {
		all = append(all, *c.networks[id])
	}
	return all, nil
}

func (c *cloud) Network(ctx context.Context, id string) (providers.Network, error) {
	if err := c.enter(ctx, "Network"); err != nil {
		return providers.Network{}, err
	}
	defer c.mu.Unlock()
	if n := c.networks[id]; n != nil {
		return *n, nil
	}
	return providers.Network{}, notFound("Network", id)
}

func (c *cloud) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (providers.Interface, providers.Ticket, error) {
	if err := c.enter(ctx, "AttachInterface"); err != nil {
		return providers.Interface{}, "", err
	}
	itf := providers.Interface{ID: c.id("port"), ServerID: spec.ServerID, NetworkID: spec.NetworkID, IP: "10.0.0.9", State: providers.ResourceOnline}
	s := c.servers[spec.ServerID]
	s.Interfaces = append(s.Interfaces, itf)
	if c.tokenless { // such clouds do not name what they plug either
		itf.ID = ""
	}
	return itf, "", c.leave("AttachInterface")
}

func (c *cloud) DetachInterface(ctx context.Context, server, id string) (providers.Ticket, error) {
	if err := c.enter(ctx, "DetachInterface"); err != nil {
		return "", err
	}
	s := c.servers[server]
	s.Interfaces = slices.DeleteFunc(s.Interfaces, func(i providers.Interface) bool { return i.ID == id })
	return "", c.leave("DetachInterface")
}

func (c *cloud) Addresses(ctx context.Context) ([]providers.Address, error) {
	if err := c.enter(ctx, "Addresses"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	all := []providers.Address{}
	for _, id := range slices.Sorted(maps.Keys(c.addresses)) {
		all = append(all, *c.addresses[id])
	}
	return all, nil
}

func (c *cloud) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	if err := c.enter(ctx, "CreateAddress"); err != nil {
		return providers.Address{}, err
	}
	a := &providers.Address{ID: c.id("eip"), IP: "192.0.2.7", NetworkID: spec.NetworkID, Token: spec.Token, State: providers.ResourceOffline}
	c.addresses[a.ID] = a
	return *a, c.leave("CreateAddress")
}

func (c *cloud) DeleteAddress(ctx context.Context, id string) error {
	if err := c.enter(ctx, "DeleteAddress"); err != nil {
		return err
	}
	delete(c.addresses, id)
	return c.leave("DeleteAddress")
}

func (c *cloud) AssignAddress(ctx context.Context, id, server string) (providers.Address, providers.Ticket, error) {
	if err := c.enter(ctx, "AssignAddress"); err != nil {
		return providers.Address{}, "", err
	}
	c.addresses[id].ServerID = server
	return *c.addresses[id], "", c.leave("AssignAddress")
}

func (c *cloud) UnassignAddress(ctx context.Context, id string) (providers.Ticket, error) {
	if err := c.enter(ctx, "UnassignAddress"); err != nil {
		return "", err
	}
	c.addresses[id].ServerID = ""
	return "", c.leave("UnassignAddress")
}

func (c *cloud) SaveServer(ctx context.Context, _ string, spec providers.ImageSpec) (providers.Image, providers.Ticket, error) {
	if err := c.enter(ctx, "SaveServer"); err != nil {
		return providers.Image{}, "", err
	}
	image := providers.Image{ID: c.id("ami"), Name: spec.Name, Token: spec.Token, State: providers.ImagePending, Own: true}
	c.catalogue.Images = append(c.catalogue.Images, image)
	return image, "", c.leave("SaveServer")
}

func (c *cloud) DeleteImage(ctx context.Context, id string) error {
	if err := c.enter(ctx, "DeleteImage"); err != nil {
		return err
	}
	c.catalogue.Images = slices.DeleteFunc(c.catalogue.Images, func(i providers.Image) bool { return i.ID == id })
	return c.leave("DeleteImage")
}

// add puts n active servers into the cloud, made an hour ago.
func (c *cloud) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		s := &providers.Server{ID: c.id("i"), State: providers.StateActive, Created: time.Now().Add(-time.Hour)}
		s.Name = "name of " + s.ID
		c.servers[s.ID] = s
	}
}
