package placement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"occigate/gateway/broker"
	"occigate/providers"
)

// check finds the image for an option, or the reason why it cannot be taken.
func (c *chooser) check(o *Option) (image string, reason broker.Reason, text string) {
	want := c.order
	switch {
	case want.Size != "" && o.Size.ID != want.Size:
		return "", broker.ReasonPolicy, "another size is asked for"
	case o.Size.DiskGiB > 0 && int64(o.Size.DiskGiB*1024) < want.DiskMiB:
		return "", broker.ReasonCapability, fmt.Sprintf("has a disk of %g GiB, wanted are %d MiB", o.Size.DiskGiB, want.DiskMiB)
	}
	if image, reason, text = c.image(o); reason != "" {
		return "", reason, text
	}
	if r, ok := c.view.Memory.Recall(o.Account, o.Size.ID, o.Zone, c.view.Now); ok {
		return "", ReasonRemembered, fmt.Sprintf("refused at %s, tried again from %s on: %s",
			r.At.UTC().Format(time.TimeOnly), r.Until.UTC().Format(time.TimeOnly), r.Text)
	}
	return image, "", ""
}

// image is the one that runs on the size: the given one, or the newest of those
// that the words name.
func (c *chooser) image(o *Option) (string, broker.Reason, string) {
	if given := c.order.Given; given != nil {
		if !c.view.runs(given, o) {
			return "", broker.ReasonArchitecture, "the image " + given.Name + " is of another architecture"
		}
		return given.ID, "", ""
	}
	words := strings.Fields(strings.ToLower(c.order.Image))
	if len(words) == 0 {
		return c.standard(o)
	}
	var named []providers.Image
	images := c.view.Images[o.Account]
	for i := range images {
		if ready(&images[i]) && has(&images[i], words) && c.licensed(&images[i]) {
			named = append(named, images[i])
		}
	}
	if len(named) == 0 {
		return "", broker.ReasonImage, fmt.Sprintf("no image is named %q", c.order.Image)
	}
	named = slices.DeleteFunc(named, func(i providers.Image) bool { return !c.fits(&i, o) })
	if len(named) == 0 {
		return "", broker.ReasonArchitecture, fmt.Sprintf("no image %q is for the size", c.order.Image)
	}
	best := slices.MinFunc(named, func(a, b providers.Image) int { return broker.Newer(&a, &b) })
	return best.ID, "", ""
}

// standard is the account's default image, which has to run on the size as any
// other. One that the catalogue does not list is taken to be for x64, and is left
// for the cloud to find.
func (c *chooser) standard(o *Option) (string, broker.Reason, string) {
	name, told := c.view.Defaults[o.Account]
	if told && name == "" {
		return "", broker.ReasonImage, "no image is named, and the account has no default"
	}
	images := c.view.Images[o.Account]
	at := slices.IndexFunc(images, func(i providers.Image) bool { return told && i.ID == name })
	if at < 0 {
		at = slices.IndexFunc(images, func(i providers.Image) bool {
			return told && (strings.EqualFold(i.Name, name) || strings.EqualFold(i.Alias, name))
		})
	}
	switch {
	case at >= 0 && !c.fits(&images[at], o):
		return "", broker.ReasonArchitecture, fmt.Sprintf("the account's default image %s is not for the size, or not what is asked for", images[at].Name)
	case at >= 0:
		return images[at].ID, "", ""
	case c.order.Size == "" && len(o.Size.Architectures) == 0 && c.view.tells(o.Account):
		return "", broker.ReasonArchitecture, "the account's default image is taken to be of another architecture"
	}
	return "", "", ""
}

// licensed reports whether the price has the licence that an image needs.
func (c *chooser) licensed(i *providers.Image) bool {
	system := broker.SystemOf(i.Name)
	return system == "" || system == c.order.OS
}

// fits reports whether an image runs on a size and is of the architecture that is
// asked for.
func (c *chooser) fits(i *providers.Image, o *Option) bool {
	return c.view.runs(i, o) && (c.order.Kind == "" || i.Architecture == "" || i.Architecture == c.order.Kind)
}

func ready(i *providers.Image) bool { return i.State == providers.ImageReady || i.State == "" }

func has(i *providers.Image, words []string) bool {
	name := strings.ToLower(i.Name)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) })
}

// tells reports whether an account's catalogue tells the architectures of sizes.
func (v *View) tells(account string) bool {
	return slices.ContainsFunc(v.Sizes[account], func(s providers.Size) bool { return len(s.Architectures) > 0 })
}

// runs reports whether an image can run on a size, as far as the account's
// catalogue tells. Where that tells the architectures of other sizes, or of other
// images, one without is of an architecture that OCCI has no name for.
func (v *View) runs(i *providers.Image, o *Option) bool {
	if i.MinMemoryMiB > o.Size.MemoryMiB {
		return false
	}
	told := func(i providers.Image) bool { return i.Architecture != "" }
	switch {
	case !v.tells(o.Account):
		return true
	case i.Architecture == "" && !slices.ContainsFunc(v.Images[o.Account], told):
		return true
	case len(o.Size.Architectures) == 0:
		return i.Architecture == ""
	}
	return slices.Contains(o.Size.Architectures, i.Architecture)
}
