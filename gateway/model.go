package gateway

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"occigate/gateway/broker/desk"
	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// model is everything that can be named at one moment: the standard's
// categories, this gateway's, those of all clouds and those of users, and the
// query interface's renderings of them. It is immutable.
type model struct {
	generation generation
	registry   *occi.Registry
	writes     occi.Renderer
	templates  *translate.Templates
	groups     map[string]*group // by the mixin that others depend on
	unbound    map[string]*group // by the path below which the mixins' locations are
	marks      map[string]uint64 // by account: digest of what its entities show of the model, their own templates apart
	kept       *renderings
	marked     atomic.Pointer[marked] // the listing whose members were digested last
	checked    inventory.Answers[check]

	query                  func() queryInterface // made once somebody has asked for it
	zippedText, zippedJSON func() []byte         // likewise
}

// queryInterface is how a whole model looks.
type queryInterface struct {
	text, json []byte
	etag       string
}

// renderer writes under this model.
func (m *model) renderer() *occi.Renderer { return &m.writes }

// digestOf tells selections apart that are made from one or equal models.
func (m *model) digestOf(s occi.Selection) string {
	h := fnv.New64a()
	add := func(c occi.Category) { h.Write([]byte(c.ID() + "\n")) }
	for _, k := range s.Kinds {
		add(k.Category)
	}
	for _, x := range s.Mixins {
		add(x.Category)
	}
	for _, a := range s.Actions {
		add(a.Category)
	}
	return m.query().etag + strconv.FormatUint(h.Sum64(), 16)
}

// models keeps the newest model and makes another when the catalogues of the
// clouds, the users' mixins or prices have changed.
type models struct {
	inv     *inventory.Inventory
	desk    *desk.Desk // nil when there are no prices
	log     *zap.Logger
	builtIn *occi.Registry
	style   Switches
	kept    *renderings
	making  sync.Mutex
	newest  atomic.Pointer[model]

	defining sync.Mutex // held while users' mixins are checked and changed
}

func newModels(o Options) *models {
	var without []string
	if o.Switches.NoObserved {
		without = append(without, translate.Observed)
	}
	if o.Desk == nil {
		without = append(without, translate.Price)
	}
	builtIn, err := translate.WithExtensions(occi.Standard(o.OCCI), without...)
	if err != nil {
		panic("gateway: built-in categories: " + err.Error())
	}
	return &models{inv: o.Inventory, desk: o.Desk, log: o.Log, builtIn: builtIn, style: o.Switches, kept: newRenderings(keptBytes)}
}

// catalogueKinds are the items that become categories.
var catalogueKinds = []inventory.Kind{inventory.KindImage, inventory.KindSize, inventory.KindZone}

// modelKinds are the kinds whose changes make another model.
var modelKinds = []inventory.Kind{
	inventory.KindImage, inventory.KindSize, inventory.KindZone, inventory.KindDefinition,
}

// current returns the model of now. Reads during a change share one making.
func (ms *models) current() *model {
	now := ms.generation()
	if m := ms.newest.Load(); m != nil && m.generation == now {
		return m
	}
	ms.making.Lock()
	defer ms.making.Unlock()
	if m := ms.newest.Load(); m != nil && m.generation == now {
		return m
	}
	m := ms.make(now)
	ms.newest.Store(m)
	return m
}

// generation tells whether a model is still that of now: by catalogues and users'
// mixins, and by prices.
type generation struct{ named, prices uint64 }

func (ms *models) generation() generation {
	g := generation{named: ms.inv.Generation(modelKinds...)}
	if ms.desk != nil {
		g.prices = ms.desk.Edition()
	}
	return g
}

func (ms *models) make(of generation) *model {
	m := &model{generation: of, templates: translate.NewTemplates(ms.catalogues())}
	registry, refused := ms.builtIn.Merge(slices.Concat(m.templates.Mixins(), ms.users())...)
	for _, err := range refused {
		ms.log.Warn("a category of a cloud or a user cannot be shown", zap.Error(err))
	}
	m.registry, m.kept = registry, ms.kept
	m.findGroups()
	m.marks = ms.marks(m)
	m.writes = occi.Renderer{Registry: registry, BareIDs: ms.style.BareIDs, OmitPatterns: ms.style.OmitPatterns}
	m.query = sync.OnceValue(m.look)
	m.zippedText = sync.OnceValue(func() []byte { return zip(m.query().text) })
	m.zippedJSON = sync.OnceValue(func() []byte { return zip(m.query().json) })
	return m
}

// look renders the query interface.
func (m *model) look() queryInterface {
	q := queryInterface{
		text: m.renderer().AppendCategoriesText(nil, m.registry.All()),
		json: m.renderer().AppendCategoriesJSON(nil, m.registry.All()),
	}
	q.etag = strconv.FormatUint(digest(q.text, q.json), 16)
	return q
}

// catalogues gathers what every account offers, in the order of the accounts.
func (ms *models) catalogues() []translate.Catalogue {
	byUID := map[string]*translate.Catalogue{}
	accounts := ms.inv.Accounts()
	list := make([]translate.Catalogue, len(accounts))
	for i, a := range accounts {
		list[i].Account = translate.Account{UID: a.UID, Name: a.Name, Cloud: a.Cloud, Region: a.Identity.Region}
		byUID[a.UID] = &list[i]
	}
	for _, kind := range catalogueKinds {
		for it := range ms.inv.Select(kind).From(0) {
			if c := byUID[it.UID]; c != nil {
				addTo(c, it)
			}
		}
	}
	for i := range list {
		list[i].Prices = ms.sizePrices(list[i].UID, list[i].Sizes)
	}
	return list
}

func addTo(c *translate.Catalogue, it *inventory.Item) {
	switch it.Kind {
	case inventory.KindImage:
		c.Images = append(c.Images, *it.Image)
	case inventory.KindSize:
		c.Sizes = append(c.Sizes, *it.Size)
	case inventory.KindZone:
		c.Zones = append(c.Zones, *it.Zone)
	}
}

// marks digests, for each account, what entities show of a model that is no
// part of their items: the region, the users' mixins and the switches.
func (ms *models) marks(m *model) map[string]uint64 {
	var all []byte
	for _, d := range ms.inv.Definitions() {
		all = append(append(append(all, d.ID...), 0), d.Data...)
	}
	all = fmt.Appendf(all, "\x00%+v", ms.style)
	marks := map[string]uint64{}
	for _, a := range ms.inv.Accounts() {
		marks[a.UID] = digest(all, []byte(m.templates.Of(translate.Region, a.UID, "")))
	}
	return marks
}
