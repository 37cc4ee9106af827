package e2e

import (
	"fmt"
	"strings"

	"occigate/translate/occi"
)

// speaker writes the requests of a walk in one media type.
type speaker struct {
	compute     func(Wish) string
	storage     func(Wish) string
	storageLink func(compute, volume string) string
	action      func(term string) string
}

const infra = occi.SchemeInfrastructure

var speakers = map[occi.MediaType]speaker{
	occi.TextPlain: {
		compute: func(w Wish) string {
			return textKind("compute") + w.Image.line() + w.Size.line() + textAttr("occi.core.title", w.Title)
		},
		storage: func(w Wish) string {
			return textKind("storage") + cloudOf(w).line() + textAttr("occi.core.title", w.Title) + "X-OCCI-Attribute: occi.storage.size=1"
		},
		storageLink: func(compute, volume string) string {
			return textKind("storagelink") + textAttr("occi.core.source", compute) +
				textAttr("occi.core.target", volume) + textAttr("occi.storagelink.mountpoint", "/data")
		},
		action: func(term string) string {
			return fmt.Sprintf("Category: %s; scheme=%q; class=\"action\"", term, occi.SchemeComputeAction)
		},
	},
	occi.OCCIJSON: {
		compute: func(w Wish) string {
			return fmt.Sprintf(`{"kind":%q,"title":%q,"mixins":[%q,%q]}`, infra+"compute", w.Title, w.Image.ID(), w.Size.ID())
		},
		storage: func(w Wish) string {
			return fmt.Sprintf(`{"kind":%q,"title":%q,"mixins":[%q],"attributes":{"occi.storage.size":1}}`,
				infra+"storage", w.Title, cloudOf(w).ID())
		},
		storageLink: func(compute, volume string) string {
			return fmt.Sprintf(`{"kind":%q,"source":{"location":%q},"target":{"location":%q},`+
				`"attributes":{"occi.storagelink.mountpoint":"/data"}}`, infra+"storagelink", compute, volume)
		},
		action: func(term string) string {
			return fmt.Sprintf(`{"action":%q}`, occi.SchemeComputeAction+term)
		},
	},
}

func textKind(term string) string {
	return fmt.Sprintf("Category: %s; scheme=%q; class=\"kind\"\n", term, infra)
}

func textAttr(name, value string) string {
	return fmt.Sprintf("X-OCCI-Attribute: %s=%q\n", name, value)
}

// cloudOf is the mixin of the account that an image is of: its term begins with
// the account's.
func cloudOf(w Wish) Category {
	account, _, _ := strings.Cut(w.Image.Term, "-")
	return Category{Term: account, Scheme: "http://schemas.occigate.org/occi/infrastructure/cloud#"}
}
