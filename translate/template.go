package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Account is what translations need to know of an account.
type Account struct {
	UID    string
	Name   string
	Cloud  string // name of the adapter
	Region string // of the identity at the cloud, "" before the first login
}

// Catalogue is what one account offers.
type Catalogue struct {
	Account
	Images []providers.Image
	Sizes  []providers.Size
	Zones  []providers.Zone
	Prices map[string]PriceTerms // of an hour now, by native id of the size; those that are known
}

// Template is what a mixin of a cloud stands for: an image, a size, a zone, a
// region or the account as a whole. Base tells which.
type Template struct {
	Base   string // OSTpl, ResourceTpl, Zone, Region or Cloud
	UID    string
	Native string // native id of the image, size or zone
	Image  *providers.Image
	Size   *providers.Size
}

// Templates is the two-way table between the clouds' catalogues and mixins. It
// is immutable.
type Templates struct {
	mixins     []occi.Mixin
	byID       map[string]Template
	byOrigin   map[origin]string
	catalogues map[string]Catalogue
}

type origin struct{ base, uid, native string }

// NewTemplates makes the mixins of all catalogues, in the order given.
func NewTemplates(catalogues []Catalogue) *Templates {
	t := &Templates{
		byID:       map[string]Template{},
		byOrigin:   map[origin]string{},
		catalogues: map[string]Catalogue{},
	}
	for _, c := range catalogues {
		t.catalogues[c.UID] = c
		t.addAccount(c.Account)
		for i := range c.Zones {
			t.add(zoneScheme, Template{Base: Zone, UID: c.UID, Native: c.Zones[i].ID}, c.Account, c.Zones[i].Name)
		}
		for i := range c.Images {
			if img := &c.Images[i]; img.State != providers.ImageFailed {
				t.add(imageScheme, Template{Base: OSTpl, UID: c.UID, Native: img.ID, Image: img}, c.Account, img.Name)
			}
		}
		for i := range c.Sizes {
			size := &c.Sizes[i]
			t.add(sizeScheme, Template{Base: ResourceTpl, UID: c.UID, Native: size.ID, Size: size}, c.Account, size.Name)
		}
	}
	return t
}

// Mixins returns the clouds' mixins in a stable order.
func (t *Templates) Mixins() []occi.Mixin { return t.mixins }

// Lookup says what a mixin stands for.
func (t *Templates) Lookup(mixin string) (Template, bool) {
	tpl, ok := t.byID[mixin]
	return tpl, ok
}

// Of returns the mixin of a thing of an account's catalogue, "" when it is not
// in there. native is empty for Cloud and Region.
func (t *Templates) Of(base, uid, native string) string { return t.byOrigin[origin{base, uid, native}] }

func (t *Templates) addAccount(a Account) {
	t.put(Template{Base: Cloud, UID: a.UID}, occi.Mixin{
		Category: occi.Category{Scheme: cloudScheme, Term: occi.Term(a.UID), Title: a.Name + " " + a.Cloud},
		Depends:  []string{Cloud}, Location: "/mixin/cloud/" + occi.Term(a.UID) + "/",
	})
	if a.Region == "" {
		return
	}
	term := occi.Term(a.UID + "-" + a.Region)
	t.put(Template{Base: Region, UID: a.UID}, occi.Mixin{
		Category: occi.Category{Scheme: regionScheme, Term: term, Title: a.Region + " of " + a.Name},
		Depends:  []string{Region}, Location: "/mixin/region/" + term + "/",
	})
}

func (t *Templates) add(scheme string, tpl Template, a Account, name string) {
	if name == "" {
		name = tpl.Native
	}
	term := Term(a.UID, name, tpl.Native)
	_, base := occi.SplitID(tpl.Base)
	m := occi.Mixin{
		Category: occi.Category{Scheme: scheme, Term: term, Title: name + " at " + a.Name},
		Depends:  []string{tpl.Base},
		Location: "/mixin/" + base + "/" + term + "/",
	}
	if tpl.Base != Zone {
		m.Applies = []string{Compute}
	}
	if tpl.Size != nil {
		m.Attributes = append(sizeAttributes(tpl.Size), t.catalogues[a.UID].Prices[tpl.Native].defaults()...)
	}
	t.put(tpl, m)
}

func (t *Templates) put(tpl Template, m occi.Mixin) {
	id := m.ID()
	if _, taken := t.byID[id]; taken {
		return // the same native thing listed twice
	}
	t.byID[id] = tpl
	t.byOrigin[origin{tpl.Base, tpl.UID, tpl.Native}] = id
	t.mixins = append(t.mixins, m)
}

// sizeAttributes advertises what a size gives as defaults that a client cannot
// change (GFD.224 section 3.5.2).
func sizeAttributes(s *providers.Size) []occi.Attribute {
	attrs := []occi.Attribute{
		{Name: occi.AttrCores, Type: occi.Integer, Default: int64(s.Cores), Description: "Cores"},
		{Name: occi.AttrMemory, Type: occi.Number, Default: gib(s.MemoryMiB), Description: "Memory in GiB"},
	}
	if s.DiskGiB > 0 {
		attrs = append(attrs, occi.Attribute{
			Name: occi.AttrEphemeralSize, Type: occi.Number,
			Default: s.DiskGiB, Description: "Disk that comes with the size, in GiB",
		})
	}
	return attrs
}

// Term makes the term of a cloud's thing: the account, the name as far as terms
// can show it, and six hexadecimal digits of the native id, so that neither a
// rename elsewhere nor an equal name ever changes it.
func Term(uid, name, native string) string {
	sum := sha256.Sum256([]byte(native))
	return occi.Term(uid) + "-" + clip(occi.Term(name), 48) + "-" + hex.EncodeToString(sum[:3])
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.TrimRight(s[:n], "-_")
}

func gib(mib int) float64 { return float64(mib) / 1024 }
