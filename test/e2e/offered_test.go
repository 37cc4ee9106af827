package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// deed is an action of compute and the states that it leads to.
type deed struct {
	term string
	ends []string
}

// deeds are all actions of compute, in an order that gets to all of them.
var deeds = []deed{
	{"restart", []string{"active"}},
	{"suspend", []string{"suspended", "inactive"}}, // a machine that hibernates may count as stopped
	{"stop", []string{"inactive"}},
	{"start", []string{"active"}},
	{"save", []string{"active", "inactive", "suspended"}},
}

// TestOfferedActionsWork takes a machine of each cloud through every action that
// it offers in any state, and asks for every other one: that is refused with a
// reason, or changes nothing.
func TestOfferedActionsWork(t *testing.T) {
	p := startDemo(t)
	t.Run("clouds", func(t *testing.T) {
		for _, cloud := range demoClouds {
			t.Run(cloud.account, func(t *testing.T) {
				t.Parallel()
				url := p.create(t, occi.OCCIJSON, "/compute/", speakers[occi.OCCIJSON].compute(Wish{
					Image: p.Mixin(t, occi.MixinOSTemplate, "^"+cloud.account+"-.*"+cloud.image),
					Size:  p.Mixin(t, occi.MixinResourceTemplate, "^"+cloud.account+"-"+cloud.size),
					Title: "offers",
				}))
				p.tryAll(t, url)
				p.gone(t, url)
			})
		}
	})
}

// tryAll does what is offered, once a state, until every state that it comes to
// was tried.
func (p *Program) tryAll(t *testing.T, url string) {
	t.Helper()
	done := map[string]bool{}
	e := p.settled(t, url, "active")
	for {
		state, next := stateOf(e), -1
		for i, d := range deeds {
			switch {
			case !offers(e, d.term):
				p.refusedOrSame(t, url, d.term, slices.Contains(d.ends, state))
			case next < 0 && !done[state+" "+d.term]:
				next = i
			}
		}
		if next < 0 && state != "active" { // back, to go on from there
			next = slices.IndexFunc(deeds, func(d deed) bool { return d.term == "start" })
		}
		if next < 0 {
			break
		}
		d := deeds[next]
		done[state+" "+d.term] = true
		p.act(t, occi.OCCIJSON, url, d.term, speakers[occi.OCCIJSON])
		e = p.settled(t, url, d.ends...)
	}
	if len(done) < 3 {
		t.Errorf("only %d actions were offered: %v", len(done), done)
	}
	t.Logf("offered and done: %v", slices.Sorted(maps.Keys(done)))
}

// settled waits until a compute is in one of the states and offers something.
func (p *Program) settled(t *testing.T, url string, states ...string) (e Entity) {
	t.Helper()
	p.Eventually(t, fmt.Sprintf("%s is one of %v", url, states), func() bool {
		e = p.Entity(t, url)
		return slices.Contains(states, stateOf(e)) && len(e.Actions) > 0
	})
	return e
}

func stateOf(e Entity) string {
	state, _ := e.Attributes["occi.compute.state"].(string)
	return state
}

func offers(e Entity, term string) bool {
	return slices.ContainsFunc(e.Actions, func(id string) bool { return strings.HasSuffix(id, "#"+term) })
}

// refusedOrSame asks for an action that is not offered. A machine that is where
// the action leads to already may stay there.
func (p *Program) refusedOrSame(t *testing.T, url, term string, there bool) {
	t.Helper()
	a := p.Do(t, "POST", url+"?action="+term, speakers[occi.OCCIJSON].action(term), "Content-Type", string(occi.OCCIJSON))
	if there && a.Status == http.StatusOK {
		return
	}
	p.refusedWithReason(t, a, "POST "+url+"?action="+term)
}

// refusedWithReason holds an answer to 409 or 501 and some words.
func (p *Program) refusedWithReason(t *testing.T, a Answer, what string) {
	t.Helper()
	if a.Status != http.StatusConflict && a.Status != http.StatusNotImplemented {
		t.Errorf("%s: status %d, want 409 or 501\n%s", what, a.Status, a.Body)
	}
	if len(strings.Fields(a.Body)) < 3 {
		t.Errorf("%s: refused with %q, which is no reason", what, a.Body)
	}
}

// lacking are the creates that clouds of the demo have no call for.
var lacking = map[string][]string{
	"gogrid":  {"storage", "network", "networkinterface"},
	"flexi":   {"storage", "network", "networkinterface", "storagelink"},
	"sun":     {"storage"},
	"elastic": {"networkinterface"},
}

// TestWhatACloudLacksIsRefused asks for what is not there, and compares what is
// there afterwards.
func TestWhatACloudLacksIsRefused(t *testing.T) {
	p := startDemo(t)
	p.known(t)
	p.atRest(t, demoStates)
	for account, kinds := range lacking {
		t.Run(account, func(t *testing.T) {
			member := "/mixin/cloud/" + account + "/"
			first(t, p, member)
			before := p.Must(t, http.StatusOK, "GET", member, "", "Accept", string(occi.URIList)).Body
			for _, kind := range kinds {
				a := p.Say(t, "POST", "/"+kind+"/", occi.OCCIJSON, p.wanted(t, account, kind))
				p.refusedWithReason(t, a, "POST /"+kind+"/ at "+account)
			}
			if after := p.Must(t, http.StatusOK, "GET", member, "", "Accept", string(occi.URIList)).Body; after != before {
				t.Errorf("something is there now:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

// wanted describes an entity of a kind at an account.
func (p *Program) wanted(t *testing.T, account, kind string) thing {
	t.Helper()
	e := thing{kind: infra + kind, title: "wanted"}
	switch kind {
	case "storage":
		e.attributes = map[string]any{"occi.storage.size": 1}
	case "storagelink":
		e.source, e.target = p.memberOf(t, account, "compute"), p.memberOf(t, account, "storage")
		return e
	case "networkinterface":
		e.source, e.target = p.memberOf(t, account, "compute"), p.memberOf(t, account, "network")
		return e
	}
	e.mixins = []string{"http://schemas.occigate.org/occi/infrastructure/cloud#" + account}
	return e
}

// memberOf is the first entity of a kind at an account.
func (p *Program) memberOf(t *testing.T, account, kind string) string {
	t.Helper()
	var found string
	p.Eventually(t, "there is a "+kind+" at "+account, func() bool {
		list := p.Must(t, http.StatusOK, "GET", "/mixin/cloud/"+account+"/", "", "Accept", string(occi.URIList)).Body
		for url := range strings.Lines(list) {
			if strings.Contains(url, "/"+kind+"/") {
				found = path(strings.TrimSpace(url))
				return true
			}
		}
		return false
	})
	return found
}

// TestStorageActionsNotOfferedAreRefused asks a volume of each cloud that has
// some for every action of storage.
func TestStorageActionsNotOfferedAreRefused(t *testing.T) {
	p := startDemo(t)
	for _, cloud := range demoClouds {
		if cloud.holds.Volume == 0 {
			continue
		}
		t.Run(cloud.account, func(t *testing.T) {
			url := p.memberOf(t, cloud.account, "storage")
			e := p.Entity(t, url)
			for _, id := range []string{occi.ActionOnline, occi.ActionOffline, occi.ActionBackup, occi.ActionSnapshot} {
				_, term := occi.SplitID(id)
				if offers(e, term) {
					continue
				}
				a := p.Do(t, "POST", url+"?action="+term, fmt.Sprintf(`{"action":%q}`, id), "Content-Type", string(occi.OCCIJSON))
				if a.Status == http.StatusOK && term == e.Attributes["occi.storage.state"] {
					continue // it is there already
				}
				p.refusedWithReason(t, a, "POST "+url+"?action="+term)
			}
		})
	}
}
