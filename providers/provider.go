// Package providers is the contract between the gateway and the clouds: the
// provider interface, the optional abilities, the neutral model, the kinds of
// error and what an adapter may ask of its surroundings. It knows no OCCI, no
// HTTP rendering and no cloud; everything above it speaks these types only.
//
// An adapter translates and returns errors. It does not log, retry, sleep, cache or
// count, and it never loops over time: a change that takes longer than one call
// returns a [Ticket], and [Poller] takes one step of it.
package providers

import "context"

// Provider is what every cloud can do with one account: one credential in one
// region or endpoint. Methods are safe for concurrent use and return when ctx
// ends. Every error matches exactly one kind of this package by [errors.Is].
//
// A listing is everything or an error: all pages, no row left out. An empty
// slice and a nil error mean that the cloud said that there is nothing.
type Provider interface {
	// Identity logs in, if the cloud knows a login, and says who the account is
	// at the cloud. Wrong credentials are [ErrDenied].
	Identity(ctx context.Context) (Identity, error)

	// Catalogue lists what servers can be made of: the images and sizes the
	// account is configured to offer, and the zones of its region.
	Catalogue(ctx context.Context) (Catalogue, error)

	// Servers lists all servers of the account with their interfaces, in no
	// particular order. Servers that are gone for good (EC2 "terminated") are
	// left out.
	Servers(ctx context.Context) ([]Server, error)

	// Server reads one server by its native id. A server that is gone for good
	// is [ErrNotFound].
	Server(ctx context.Context, id string) (Server, error)

	// CreateServer asks for one server. spec.Token makes it repeatable where
	// the cloud honours a key: the same token never makes a second server. The
	// answer carries at least the native id, unless the ticket says that the id
	// comes later. A failed create leaves nothing behind that it made itself.
	CreateServer(ctx context.Context, spec ServerSpec) (Server, Ticket, error)

	// DeleteServer destroys a server in whatever state it is, and what its
	// create made beside it. A server that does not exist is [ErrNotFound].
	DeleteServer(ctx context.Context, id string) (Ticket, error)
}

// Ticket is a change under way that needs further steps: opaque, serialisable
// text that means something to the adapter that returned it, also after a
// restart of the program. It never holds a secret. The empty ticket means that
// no step is left to take; the resource may still be in transition by itself.
type Ticket string

// Progress is what one step of a ticket found.
type Progress struct {
	Ticket  Ticket // the next step, empty when there is none left
	ID      string // native id of the resource, once the cloud has given it
	Message string // what the cloud says of the progress, for people
}

// Poller takes one step of a ticket. A change that has failed is an error of a
// kind; [ErrThrottled] and [ErrUnavailable] mean only that the step could not
// be taken now, and the same ticket is polled again later. The step that is left
// of a create is taken before its server is stopped, since it may be to start it.
type Poller interface {
	Poll(ctx context.Context, t Ticket) (Progress, error)
}

// Defaulter says what a create is made of that names no image, as the account's
// settings have it: the id or the name of an image, "" when such a create is
// refused. No call is made.
type Defaulter interface {
	DefaultImage() string
}

// LateScheduler is for clouds that accept a create before they know whether they
// have room for the server. Scheduling reads how far the search has come for a
// server that was just made.
type LateScheduler interface {
	Scheduling(ctx context.Context, id string) (Scheduling, error)
}

// Scheduling is how far a cloud has come with finding room for a server.
type Scheduling struct {
	Over    bool  // the cloud is not looking any more
	Refusal error // [ErrQuota] with the cloud's words: it has no room, the server never runs; else nil
}

// PowerControl changes whether a server runs. Only operations that the server
// offers at the moment ([Server.Offers]) are asked for; one that the state
// forbids after all is [ErrConflict].
type PowerControl interface {
	Power(ctx context.Context, id string, op PowerOp) (Ticket, error)
}

// Resizer gives an existing server another size of the catalogue.
type Resizer interface {
	ResizeServer(ctx context.Context, id, sizeID string) (Ticket, error)
}

// ImageSaver makes an image of a server's current state. hot asks for an image
// of the running machine, otherwise the cloud may pause or restart it.
// The image's state tells when it can be used.
type ImageSaver interface {
	SaveServer(ctx context.Context, id string, spec ImageSpec) (Image, Ticket, error)
	DeleteImage(ctx context.Context, id string) error
}

// BackupMaker saves a server's current state as a backup that the cloud keeps
// with the server and restores into it alone: no image, so that nothing can be
// made of it, and nothing that outlives the server. It is for clouds that cannot
// be an [ImageSaver]. spec.Name and spec.Token are as for an image; the same
// token never makes a second backup.
type BackupMaker interface {
	BackUpServer(ctx context.Context, id string, spec ImageSpec) (Ticket, error)
}

// VolumeLister lists the block volumes with their attachments.
type VolumeLister interface {
	Volumes(ctx context.Context) ([]Volume, error)
	Volume(ctx context.Context, id string) (Volume, error)
}

// VolumeMaker creates and deletes volumes. Deleting an attached volume is
// [ErrConflict].
type VolumeMaker interface {
	CreateVolume(ctx context.Context, spec VolumeSpec) (Volume, Ticket, error)
	DeleteVolume(ctx context.Context, id string) (Ticket, error)
}

// VolumeResizer grows a volume; shrinking is [ErrInvalid].
type VolumeResizer interface {
	ResizeVolume(ctx context.Context, id string, sizeGiB float64) (Ticket, error)
}

// VolumeAttacher connects volumes with servers. An empty device lets the cloud
// choose; the device of the answer is what the cloud reports.
type VolumeAttacher interface {
	AttachVolume(ctx context.Context, spec AttachmentSpec) (Attachment, Ticket, error)
	DetachVolume(ctx context.Context, serverID, volumeID string) (Ticket, error)
}

// NetworkLister lists the networks that servers can be connected to.
type NetworkLister interface {
	Networks(ctx context.Context) ([]Network, error)
	Network(ctx context.Context, id string) (Network, error)
}

// NetworkMaker creates and deletes networks. Deleting a network in use is
// [ErrConflict].
type NetworkMaker interface {
	CreateNetwork(ctx context.Context, spec NetworkSpec) (Network, Ticket, error)
	DeleteNetwork(ctx context.Context, id string) (Ticket, error)
}

// InterfaceAttacher plugs a server into a further network and out of it.
type InterfaceAttacher interface {
	AttachInterface(ctx context.Context, spec InterfaceSpec) (Interface, Ticket, error)
	DetachInterface(ctx context.Context, serverID, interfaceID string) (Ticket, error)
}

// AddressLister lists the reserved public addresses (EC2 Elastic IP, Neutron
// floating IP, ElasticHosts static IP), assigned or not.
type AddressLister interface {
	Addresses(ctx context.Context) ([]Address, error)
}

// AddressMaker reserves addresses from a pool, which is the id of an external
// network (empty: the account's only one), and gives them back.
type AddressMaker interface {
	CreateAddress(ctx context.Context, spec AddressSpec) (Address, error)
	DeleteAddress(ctx context.Context, id string) error
}

// AddressAssigner maps a reserved address to a server and takes it off again.
type AddressAssigner interface {
	AssignAddress(ctx context.Context, addressID, serverID string) (Address, Ticket, error)
	UnassignAddress(ctx context.Context, addressID string) (Ticket, error)
}

// Partitioned is one account that stands for many clouds, such as another
// gateway: it reports each part's freshness and failure, so that one sick part
// is not a sick account.
type Partitioned interface {
	Parts(ctx context.Context) ([]Part, error)
}
