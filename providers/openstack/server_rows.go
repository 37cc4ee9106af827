package openstack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"occigate/providers"
)

// tokenKey is the metadata key of our token on servers, volumes and images. All
// three take letters, digits, "-", "_", ":", "." and blanks in keys.
const tokenKey = "occigate:token"

// serverRow is a row of GET /servers/detail (Compute API, "List Servers
// Detailed").
type serverRow struct {
	ID       string
	Name     string
	Status   string
	Created  stamp
	Metadata map[string]string
	Image    reference
	Flavor   *flavorInServer // nil only in a row of a cell that does not answer
	MACs     macs            `json:"addresses"`
	KeyName  string          `json:"key_name"`
	Fault    struct{ Message string }
	Zone     string                `json:"OS-EXT-AZ:availability_zone"`
	Task     string                `json:"OS-EXT-STS:task_state"`
	Launched *string               `json:"OS-SRV-USG:launched_at"`
	Hostname string                `json:"OS-EXT-SRV-ATTR:hostname"`
	Volumes  []struct{ ID string } `json:"os-extended-volumes:volumes_attached"`
}

// flavorInServer is what the flavor was when the server was made; it has the
// flavor's name and not its id.
type flavorInServer struct {
	Name  string `json:"original_name"`
	VCPUs int
	RAM   int
	Disk  float64
}

// reference is {"id": ...}, or "" for a server that was booted from a volume.
type reference string

// UnmarshalJSON reads both forms.
func (r *reference) UnmarshalJSON(b []byte) error {
	var object struct{ ID string }
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	err := json.Unmarshal(b, &object)
	*r = reference(object.ID)
	return err
}

// macs are the MAC addresses in the order of a server's addresses, which is the
// order in which its interfaces were plugged in.
type macs []string

// UnmarshalJSON walks {"net": [{"OS-EXT-IPS-MAC:mac_addr": "fa:..", ...}]},
// since the order of the networks would be lost in a map.
func (m *macs) UnmarshalJSON(b []byte) error {
	tokens := json.NewDecoder(bytes.NewReader(b))
	for tokens.More() || tokens.InputOffset() < int64(len(b)) {
		token, err := tokens.Token()
		if err != nil {
			return err
		}
		if token != "OS-EXT-IPS-MAC:mac_addr" {
			continue
		}
		if token, err = tokens.Token(); err != nil {
			return err
		}
		if mac, is := token.(string); is && !slices.Contains(*m, mac) {
			*m = append(*m, mac)
		}
	}
	return nil
}

// goneStates are of servers that only an administrator can bring back.
var goneStates = []string{"DELETED", "SOFT_DELETED"}

func (r serverRow) gone() bool { return slices.Contains(goneStates, r.Status) }

// states gives the meaning of Nova's server status (Compute API guide, "Server
// concepts"). A paused machine keeps its memory and does not run, as a
// suspended one; a rescued one runs another system.
var states = map[string]providers.State{
	"ACTIVE":            providers.StateActive,
	"BUILD":             providers.StatePending,
	"ERROR":             providers.StateError,
	"HARD_REBOOT":       providers.StateRestarting,
	"MIGRATING":         providers.StateActive,
	"PASSWORD":          providers.StateActive,
	"PAUSED":            providers.StateSuspended,
	"REBOOT":            providers.StateRestarting,
	"REBUILD":           providers.StateRestarting,
	"RESCUE":            providers.StateActive,
	"RESIZE":            providers.StateResizing,
	"REVERT_RESIZE":     providers.StateResizing,
	"SHELVED":           providers.StateInactive,
	"SHELVED_OFFLOADED": providers.StateInactive,
	"SHUTOFF":           providers.StateInactive,
	"SUSPENDED":         providers.StateSuspended,
	"VERIFY_RESIZE":     providers.StateResizing,
}

// tasks gives the meaning of what Nova is doing with a server at the moment
// (OS-EXT-STS:task_state); it refines the status, which changes only at the
// end. Other tasks change nothing that shows.
var tasks = map[string]providers.State{
	"deleting":                      providers.StateDeleting,
	"soft-deleting":                 providers.StateDeleting,
	"powering-off":                  providers.StateStopping,
	"powering-on":                   providers.StateStarting,
	"suspending":                    providers.StateSuspending,
	"resuming":                      providers.StateStarting,
	"pausing":                       providers.StateSuspending,
	"unpausing":                     providers.StateStarting,
	"shelving":                      providers.StateStopping,
	"shelving_image_pending_upload": providers.StateStopping,
	"shelving_image_uploading":      providers.StateStopping,
	"shelving_offloading":           providers.StateStopping,
	"unshelving":                    providers.StateStarting,
	"rebooting":                     providers.StateRestarting,
	"reboot_pending":                providers.StateRestarting,
	"reboot_started":                providers.StateRestarting,
	"rebooting_hard":                providers.StateRestarting,
	"reboot_pending_hard":           providers.StateRestarting,
	"reboot_started_hard":           providers.StateRestarting,
	"image_snapshot":                providers.StateSaving,
	"image_snapshot_pending":        providers.StateSaving,
	"image_pending_upload":          providers.StateSaving,
	"image_uploading":               providers.StateSaving,
	"image_backup":                  providers.StateSaving,
	"resize_prep":                   providers.StateResizing,
	"resize_migrating":              providers.StateResizing,
	"resize_migrated":               providers.StateResizing,
	"resize_finish":                 providers.StateResizing,
	"resize_confirming":             providers.StateResizing,
	"resize_reverting":              providers.StateResizing,
}

// powers are the power operations that Nova takes in each status, while no task
// is under way ("Server concepts", table of allowed actions).
var powers = map[string][]providers.PowerOp{
	"ACTIVE":            {providers.PowerStop, providers.PowerReboot, providers.PowerReset, providers.PowerSuspend},
	"ERROR":             {providers.PowerReset},
	"PAUSED":            {providers.PowerStart},
	"SHELVED":           {providers.PowerStart},
	"SHELVED_OFFLOADED": {providers.PowerStart},
	"SHUTOFF":           {providers.PowerStart},
	"SUSPENDED":         {providers.PowerStart},
}

// abilities are the other changes, likewise.
var abilities = map[string][]providers.Ability{
	"ACTIVE":    {providers.AbilitySave, providers.AbilityResize},
	"PAUSED":    {providers.AbilitySave},
	"SHUTOFF":   {providers.AbilitySave, providers.AbilityResize},
	"SUSPENDED": {providers.AbilitySave},
}

// server maps the row. The size's id is the flavor's name: names are unique in
// a cloud and never change, and servers tell no other.
func (r serverRow) server(ports []portRow) (providers.Server, error) {
	if r.Flavor == nil {
		return providers.Server{}, providers.Errorf(providers.ErrUnavailable, "GET /servers/detail", "the cell that holds server %s does not answer", r.ID)
	}
	s := providers.Server{
		ID: r.ID, Name: r.Name, Zone: r.Zone, ImageID: string(r.Image), SizeID: r.Flavor.Name,
		State: r.state(), NativeState: r.Status, Message: r.Fault.Message,
		Cores: r.Flavor.VCPUs, MemoryMiB: r.Flavor.RAM, DiskGiB: r.Flavor.Disk,
		Hostname: r.Hostname, KeyName: r.KeyName, Created: r.Created.Time, Token: r.Metadata[tokenKey],
		Power: r.power(), Interfaces: r.interfaces(ports),
	}
	if r.Task == "" {
		s.Abilities = slices.Clone(abilities[r.Status])
	}
	if r.Status == "VERIFY_RESIZE" && s.Message == "" {
		s.Message = "resized, waits to be confirmed or reverted"
	}
	return s, nil
}

func (r serverRow) state() providers.State {
	if s, known := tasks[r.Task]; known {
		return s
	}
	if s, known := states[r.Status]; known {
		return s
	}
	return providers.StateUnknown
}

// power is empty during a task, and for a server that never ran, since Nova has
// no host to do it on.
func (r serverRow) power() []providers.PowerOp {
	if r.Task != "" || r.Status == "ERROR" && r.Launched == nil {
		return nil
	}
	return slices.Clone(powers[r.Status])
}

// ofServer reports whether Nova plugged the port into a server.
func (r portRow) ofServer() bool { return strings.HasPrefix(r.DeviceOwner, "compute:") }

// portStates gives the meaning of a port's status.
var portStates = map[string]providers.ResourceState{
	"ACTIVE": providers.ResourceOnline,
	"BUILD":  providers.ResourcePending,
	"DOWN":   providers.ResourceOffline,
	"ERROR":  providers.ResourceError,
}

// interfaces puts a server's ports in the order of its addresses. A port that
// has no address yet comes last.
func (r serverRow) interfaces(ports []portRow) []providers.Interface {
	rank := func(p portRow) int {
		if i := slices.Index(r.MACs, p.MAC); i >= 0 {
			return i
		}
		return len(r.MACs)
	}
	sorted := slices.SortedFunc(slices.Values(ports), func(a, b portRow) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
	})
	var out []providers.Interface
	for i, port := range sorted {
		plugged := port.plugged()
		plugged.Device = fmt.Sprintf("eth%d", i)
		out = append(out, plugged)
	}
	return out
}
