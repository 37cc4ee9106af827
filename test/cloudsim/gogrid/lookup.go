package gogrid

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Option is a word of a vocabulary. Arguments take its id or its name.
type Option struct {
	ID          int
	Name        string
	Description string // empty is shown as null
}

func (o Option) view() object {
	v := object{"object": "option", "id": o.ID, "name": o.Name, "description": nil}
	if o.Description != "" {
		v["description"] = o.Description
	}
	return v
}

// The states of a server.
var (
	On         = Option{1, "On", "Server is in active state."}
	Starting   = Option{2, "Starting", "Server is starting."}
	Off        = Option{3, "Off", "Server is in off state."}
	Stopping   = Option{4, "Stopping", "Server is stopping."}
	Restarting = Option{5, "Restarting", "Server is restarting."}
	Saving     = Option{6, "Saving", "Server is being saved."}
	Restoring  = Option{7, "Restoring", "Server is being restored."}
	Updating   = Option{8, "Updating", "Server is being updated."}
	OnSaving   = Option{9, "On/Saving", "Server is on and being saved."}
	OffSaving  = Option{10, "Off/Saving", "Server is off and being saved."}
)

// The states of an image.
var (
	ImageSaving    = Option{1, "Saving", "Image is being saved"}
	ImageAvailable = Option{2, "Available", "Image is available for adds"}
	ImageDeleted   = Option{3, "Deleted", "Image has been deleted"}
	ImageTrash     = Option{4, "Trash", "Image is in the trash"}
	ImageMigrating = Option{7, "Migrating", "Image is migrating"}
)

// The states of an address.
var (
	Unassigned = Option{1, "Unassigned", "IP is available to use"}
	Assigned   = Option{2, "Assigned", "IP is reserved or in use"}
)

// The datacenters.
var (
	USWest1 = Option{1, "US-West-1", "US West 1 Datacenter"}
	USEast1 = Option{2, "US-East-1", "US East 1 Datacenter"}
	EUWest1 = Option{3, "EU-West-1", "EU West 1 Datacenter"}
)

// The states of a job. Only the ids of the first four are known.
var (
	JobCreated    = Option{7, "Created", "Change request is created but not queued yet"}
	JobQueued     = Option{1, "Queued", "Change request is new to the system."}
	JobProcessing = Option{2, "Processing", "Change request is is transit ... ."}
	JobSucceeded  = Option{3, "Succeeded", "Change request was successful."}
	JobFailed     = Option{4, "Failed", "Change request failed."}
	JobCanceled   = Option{5, "Canceled", "Change request was canceled."}
	JobFatal      = Option{6, "Fatal", "Change request had a fatal error."}
)

var (
	createServer = Option{6, "CreateVirtualServer", "Create Virtual Server"}
	deleteServer = Option{7, "DeleteVirtualServer", "Delete Virtual Server"}
	ofServer     = Option{1, "VirtualServer", "Virtual Server"}
	webServer    = Option{1, "Web Server", "Web or Application Server"}
	sandboxRAM   = Option{7, "Sandbox", "Sandbox server"}
	ipPublic     = Option{1, "Public", "Public IP"}
	ipPrivate    = Option{2, "Private", "Private IP"}
	bits32       = Option{1, "32-bit", "32 bit OS"}
	bits64       = Option{2, "64-bit", "64 bit OS"}
)

// ram lists the memory sizes that servers come in, with the cores that each
// has (the cores are inferred: half a core was recorded for the smallest).
var ram = []struct {
	Option
	cores float64
}{
	{Option{1, "512MB", "Server with 512MB RAM"}, 0.5},
	{Option{2, "1GB", "Server with 1GB RAM"}, 1},
	{Option{3, "2GB", "Server with 2GB RAM"}, 2},
	{Option{4, "4GB", "Server with 4GB RAM"}, 4},
	{Option{5, "8GB", "Server with 8GB RAM"}, 8},
	{Option{8, "16GB", "Server with 16GB RAM"}, 16},
	{Option{9, "24GB", "Server with 24GB RAM"}, 24},
}

func ramOptions() (out []Option) {
	for _, r := range ram {
		out = append(out, r.Option)
	}
	return out
}

// vocabularies are what common/lookup/list gives, by name. Those of load
// balancers are not simulated.
func vocabularies() map[string][]Option {
	datacenters := []Option{USWest1, USEast1, EUWest1}
	return map[string][]Option{
		"server.state":      {On, Starting, Off, Stopping, Restarting, Saving, Restoring, Updating, OnSaving, OffSaving},
		"server.type":       {webServer, {2, "Database Server", "Database Server"}},
		"server.ram":        ramOptions(),
		"server.datacenter": datacenters,
		"ip.state":          {Unassigned, Assigned},
		"ip.type":           {ipPublic, ipPrivate},
		"ip.datacenter":     datacenters,
		"image.state":       {ImageSaving, ImageAvailable, ImageDeleted, ImageTrash, ImageMigrating},
		"image.architecture": {
			bits32, bits64,
		},
		"job.state":      {JobCreated, JobQueued, JobProcessing, JobSucceeded, JobFailed, JobCanceled, JobFatal},
		"job.command":    {createServer, deleteServer},
		"job.objecttype": {ofServer},
		"job.datacenter": datacenters,
		"datacenter":     datacenters,
	}
}

// datacenters that an argument may name.
func datacenters() []Option { return vocabularies()["datacenter"] }

func (c *Cloud) lookupList(q *call) (*answer, error) {
	name := strings.ToLower(q.args.Get("lookup"))
	options, known := vocabularies()[name]
	if name == "lookups" {
		for v := range vocabularies() {
			options = append(options, Option{Name: v})
		}
		slices.SortFunc(options, func(a, b Option) int { return cmp.Compare(a.Name, b.Name) })
		for i := range options {
			options[i].ID = i + 1
		}
		known = true
	}
	if !known {
		return nil, noMatch()
	}
	sortOptions(options, q.args.Get("sort"), q.args.Get("asc"))
	rows := make([]object, len(options))
	for i, o := range options {
		rows[i] = o.view()
	}
	return &answer{list: rows, total: len(rows)}, nil
}

func sortOptions(options []Option, by, ascending string) {
	key := map[string]func(Option) string{
		"name":        func(o Option) string { return o.Name },
		"description": func(o Option) string { return o.Description },
	}[by]
	if by != "" && key != nil {
		slices.SortFunc(options, func(a, b Option) int { return cmp.Compare(key(a), key(b)) })
	}
	if asc, err := strconv.ParseBool(ascending); err == nil && !asc {
		slices.Reverse(options)
	}
}
