package elastichosts

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"occigate/test/cloudsim/fault"
)

// listed is a command that lists some values of every thing of a kind.
func listed(k kind, keys ...string) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, _ *call) (answer, error) {
		a := answer{output: "list"}
		for _, t := range c.all(k) {
			shown, row := c.show(t), []string{}
			for _, key := range keys {
				row = append(row, shown[key])
			}
			a.list = append(a.list, row)
		}
		return a, nil
	}
}

// infos is a command that shows every thing of a kind.
func infos(k kind) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, q *call) (answer, error) {
		a := answer{output: "properties", many: true}
		now := c.opt.Clock()
		age := func(t *thing) time.Duration { return now.Sub(t.made) }
		for _, t := range fault.Rows(c.opt.Faults, q.op, c.all(k), age) {
			a.rows = append(a.rows, c.show(t))
		}
		return a, nil
	}
}

// info is a command that shows one thing. A Lag fault hides a young one.
func info(k kind) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, q *call) (answer, error) {
		t, err := c.find(k, q.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		if f, lags := c.opt.Faults.Take(fault.Lag, q.op); lags && c.opt.Clock().Sub(t.made) < f.Delay {
			return answer{}, refuse("missing", "")
		}
		return one(c.show(t))
	}
}

// driveInfo shows a drive of the user or of the cloud.
func driveInfo(c *Cloud, q *call) (answer, error) {
	if t, err := c.find(standard, q.PathValue("id")); err == nil {
		return one(c.show(t))
	}
	return info(drive)(c, q)
}

// show gives a thing's keys with those that depend on the moment.
func (c *Cloud) show(t *thing) object {
	o := maps.Clone(t.keys)
	switch t.kind {
	case drive:
		if claims := c.claims(t); len(claims) > 0 {
			o["claimed"] = strings.Join(claims, " ")
		}
		if imaging, shown := c.imaging(t); shown {
			o["imaging"] = imaging
		}
	case server:
		if o["status"] == "active" {
			showRun(o)
		}
	}
	return o
}

// showRun adds what only a running server has: the address that was leased and
// the counters of interfaces and drives.
func showRun(o object) {
	switch o["nic:0:dhcp"] {
	case "":
	case "auto":
		o["nic:0:dhcp:ip"] = lease(o["server"])
	default:
		o["nic:0:dhcp:ip"] = o["nic:0:dhcp"]
	}
	counters := []string{"rx", "tx", "rx:packets", "tx:packets"}
	for key := range o {
		if isDevice(key) {
			counters = append(counters, key+":read:bytes", key+":read:requests", key+":write:bytes", key+":write:requests")
		}
	}
	for _, key := range counters {
		o[key] = "4096"
	}
}

// imaging is the progress of a copy. The key shows up a little late, says
// "queued" for a while, and is absent again at the end.
func (c *Cloud) imaging(t *thing) (string, bool) {
	if t.ends.IsZero() || t.kind != drive {
		return "", false
	}
	percent := int(100 * c.opt.Clock().Sub(t.began) / max(1, t.ends.Sub(t.began)))
	switch {
	case percent < 2:
		return "", false
	case percent < 10:
		return "queued", true
	}
	return strconv.Itoa(percent), true
}

// claims are the uses of a drive by servers.
func (c *Cloud) claims(t *thing) (claims []string) {
	for _, s := range c.all(server) {
		for _, device := range slices.Sorted(maps.Keys(s.keys)) {
			if isDevice(device) && strings.EqualFold(s.keys[device], t.id) {
				claims = append(claims, claimOf(s.id, device))
			}
		}
	}
	if last, held := c.lingering[t.id]; held && c.opt.Clock().Before(last.ends) {
		claims = append(claims, last.text)
	}
	return claims
}

func claimOf(server, device string) string { return "user:guest:" + server + ":" + device }

// driveKeys are the keys that a user may give a drive, beside user:*.
var driveKeys = map[string]bool{
	"name": true, "size": true, "claim:type": true, "readers": true, "tags": true, "avoid": true, "encryption:cipher": true,
}

func createDrive(c *Cloud, q *call) (answer, error) {
	if err := known(q.keys, driveKeys); err != nil {
		return answer{}, err
	}
	size, ok := bytesOf(q.keys["size"])
	if !ok || q.keys["name"] == "" {
		return answer{}, refuse("usage", "name and size are needed")
	}
	if !c.fits(size) {
		return answer{}, refuse("full", "the cluster has no room for %d bytes", size)
	}
	return one(c.show(c.makeDrive(newID(), q.keys, size)))
}

func (c *Cloud) makeDrive(id string, keys object, size int64) *thing {
	o := object{
		"encryption:cipher": "aes-xts-plain", "read:bytes": "4096", "read:requests": "1", "write:bytes": "4096", "write:requests": "1",
		"status": "active", "user": c.opt.User, "drive": id,
	}
	maps.Copy(o, keys)
	o["size"] = strconv.FormatInt(size, 10)
	return c.add(drive, id, o)
}

// fits reports whether the cluster has room for so much more.
func (c *Cloud) fits(more int64) bool {
	for _, d := range c.all(drive) {
		size, _ := bytesOf(d.keys["size"])
		more += size
	}
	return c.opt.Capacity == 0 || more <= c.opt.Capacity
}

// bytesOf reads a size with one of the suffixes k, M, G, T, powers of 1024.
func bytesOf(text string) (int64, bool) {
	factor := int64(1)
	if i := strings.IndexAny(text, "kKMGT"); i >= 0 && i == len(text)-1 {
		factor = map[byte]int64{'k': 1 << 10, 'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30, 'T': 1 << 40}[text[i]]
		text = text[:i]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n * factor, err == nil && n > 0
}

// known refuses keys that a user may not give.
func known(keys object, allowed map[string]bool) error {
	for key := range keys {
		if !allowed[key] && !strings.HasPrefix(key, "user:") {
			return refuse("usage", "unknown key %s", key)
		}
	}
	return nil
}

func setDrive(c *Cloud, q *call) (answer, error) {
	t, err := c.find(drive, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if err := known(q.keys, driveKeys); err != nil {
		return answer{}, err
	}
	if text, resized := q.keys["size"]; resized {
		now, _ := bytesOf(t.keys["size"])
		size, ok := bytesOf(text)
		switch {
		case !ok || size < now:
			return answer{}, refuse("usage", "a drive cannot shrink")
		case len(c.claims(t)) > 0 || !t.ends.IsZero():
			return answer{}, refuse("busy", "the drive is in use")
		case !c.fits(size - now):
			return answer{}, refuse("full", "the cluster has no room")
		}
		q.keys["size"] = strconv.FormatInt(size, 10)
	}
	apply(t.keys, q.keys)
	return one(c.show(t))
}

// apply sets keys; an empty value takes one away.
func apply(keys, change object) {
	for key, value := range change {
		keys[key] = value
		if value == "" && key != "tags" {
			delete(keys, key)
		}
	}
}

func destroyDrive(c *Cloud, q *call) (answer, error) {
	t, err := c.find(drive, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if len(c.claims(t)) > 0 || !t.ends.IsZero() {
		return answer{}, refuse("busy", "the drive is in use")
	}
	c.drop(t)
	return nothing()
}

// copyImage is a command that copies a drive onto another, packing or unpacking
// it. A packed drive that is copied as it is boots nothing.
func copyImage(conversion string) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, q *call) (answer, error) {
		to, err := c.find(drive, q.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		from, err := c.find(standard, q.PathValue("source"))
		if err != nil {
			if from, err = c.find(drive, q.PathValue("source")); err != nil {
				return answer{}, err
			}
		}
		needed, _ := bytesOf(from.keys["size"])
		content := from.id
		if from.keys["format"] == "gzip" {
			content = "packed"
			if conversion == "gunzip" {
				content = from.id
				needed, _ = bytesOf(from.keys["rawsize"])
			}
		}
		room, _ := bytesOf(to.keys["size"])
		switch {
		case room < needed:
			return answer{}, refuse("usage", "the drive is smaller than the image")
		case len(c.claims(to)) > 0 || !to.ends.IsZero() || !from.ends.IsZero():
			return answer{}, refuse("busy", "the drive is in use")
		}
		to.content, to.began, to.ends = content, c.opt.Clock(), c.opt.Clock().Add(c.opt.Transition)
		return nothing()
	}
}
