package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Invariant is what holds for every answer, whatever was asked.
type Invariant struct {
	Name         string
	Requirements []string
	broken       func(*Answer) error
}

// Invariants returns what every answer of the table is held to.
func Invariants() []Invariant {
	return []Invariant{
		{"server names the versions", []string{"H-6", "H-9", "P-6"}, serverHeader},
		{"there is a content type", []string{"H-6", "X-4"}, contentType},
		{"lines end in LF, the last one in nothing", []string{"T-15", "X-3", "D-4"}, lineEnds},
		{"text lines follow the grammar", []string{"T-2", "T-3", "T-5", "T-6", "T-7", "T-8", "T-15", "X-6", "X-7", "X-9", "X-10"}, textLines},
		{"one header line per name", []string{"T-18"}, oneLine},
		{"header lines follow the grammar", []string{"T-17", "T-19", "X-6", "X-7"}, headerLines},
		{"locations are absolute", []string{"X-15"}, absolute},
		{"actions have neither location nor actions", []string{"T-12"}, bareActions},
		{"no client meets an unknown status", []string{"H-10"}, knownStatus},
	}
}

const (
	quoted    = `"(?:[^"\\]|\\.)+"`
	plainText = `"[^"\\;,=]+"`
	typeID    = `[^"\s#]+#[A-Za-z0-9][A-Za-z0-9_.-]*`
	attrName  = `[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*`
	property  = `(?:\{(?:immutable required|required immutable|immutable|required)\})?`
	number    = `[0-9]+(?:\.[0-9]+)?`
	value     = `(?:` + quoted + `|` + number + `|true|false)`
	category  = `[a-z0-9][a-z0-9_-]*; scheme="[^"\s]+#"; class="(?:kind|mixin|action)"` +
		`(?:; title=` + plainText + `)?(?:; rel="` + typeID + `")?(?:; location="/[^"\s]+/")?` +
		`(?:; attributes="` + attrName + property + `(?: ` + attrName + property + `)*")?` +
		`(?:; actions="` + typeID + `(?: ` + typeID + `)*")?`
	linkValue = `<[^>\s]+>; rel="` + typeID + `"(?:; self="[^"\s]+")?(?:; category="` + typeID + `(?: ` + typeID + `)*")?(?:; ` + attrName + `=` + value + `)*`
	attribute = attrName + `=` + value
	location  = `https?://[^\s,"<>]+`
)

// grammar is what may stand behind each name, in a line or in a header (GFD.229
// section 4, in the form that all known clients read).
var grammar = map[string]*regexp.Regexp{
	"Category":         regexp.MustCompile(`\A` + category + `\z`),
	"Link":             regexp.MustCompile(`\A` + linkValue + `\z`),
	"X-OCCI-Attribute": regexp.MustCompile(`\A` + attribute + `\z`),
	"X-OCCI-Location":  regexp.MustCompile(`\A` + location + `\z`),
}

// structures splits header values into their structures: at commas outside of
// quotes and angle brackets.
var structures = regexp.MustCompile(`(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^",<])+`)

func (a *Answer) media() string {
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	return media
}

func serverHeader(a *Answer) error {
	words := strings.Fields(a.Header.Get("Server"))
	for _, want := range []string{"OCCI/1.1", "OCCI/1.2", "OCCI-CRTP/1.1"} {
		if !slices.Contains(words, want) {
			return fmt.Errorf("the header Server is %q and lacks %s", words, want)
		}
	}
	return nil
}

func contentType(a *Answer) error {
	known := []string{"text/plain", "text/occi+plain", "text/occi", "text/uri-list", "application/occi+json", "application/json"}
	if a.Status != http.StatusNotModified && !slices.Contains(known, a.media()) {
		return fmt.Errorf("the content type is %q", a.Header.Get("Content-Type"))
	}
	return nil
}

func lineEnds(a *Answer) error {
	if strings.Contains(a.Body, "\r") || strings.HasSuffix(a.Body, "\n") {
		return errors.New("the body has a CR or ends in a line break")
	}
	return nil
}

// textLines checks each line of a body in text/plain that is a rendering.
func textLines(a *Answer) error {
	if a.Status >= 300 || a.Body == "OK" || a.Body == "" || !strings.HasSuffix(a.media(), "plain") {
		return nil
	}
	for line := range strings.SplitSeq(a.Body, "\n") {
		name, text, _ := strings.Cut(line, ": ")
		if re := grammar[name]; re == nil || !re.MatchString(text) {
			return fmt.Errorf("a line outside of the grammar: %q", line)
		}
	}
	return nil
}

func headerLines(a *Answer) error {
	if a.media() != "text/occi" {
		return nil
	}
	if a.Status < 300 && a.Body != "OK" && a.Body != "" {
		return fmt.Errorf("the body is %.100q", a.Body)
	}
	for name, re := range grammar {
		for _, line := range a.Header.Values(name) {
			for _, s := range structures.FindAllString(line, -1) {
				if !re.MatchString(strings.TrimSpace(s)) {
					return fmt.Errorf("a structure outside of the grammar: %s: %q", name, s)
				}
			}
		}
	}
	return nil
}

func oneLine(a *Answer) error {
	for name := range grammar {
		if lines := a.Header.Values(name); len(lines) > 1 {
			return fmt.Errorf("%d header lines %s", len(lines), name)
		}
	}
	return nil
}

func absolute(a *Answer) error {
	urls := []string{}
	for _, line := range a.Header.Values("Location") {
		urls = append(urls, strings.Split(line, ",")...)
	}
	if a.media() == "text/uri-list" && a.Status < 300 && a.Body != "" {
		urls = append(urls, strings.Split(a.Body, "\n")...)
	}
	for _, url := range urls {
		if !strings.HasPrefix(strings.TrimSpace(url), "http") {
			return fmt.Errorf("a location is relative: %q", url)
		}
	}
	return nil
}

func bareActions(a *Answer) error {
	for line := range strings.SplitSeq(a.Body, "\n") {
		if strings.Contains(line, `; class="action"`) && (strings.Contains(line, "; location=") || strings.Contains(line, "; actions=")) {
			return fmt.Errorf("an action with a location or actions: %q", line)
		}
	}
	return nil
}

// knownStatus holds answers to the statuses that every client must know, and
// those of HTTP itself that the gateway adds (304 and 412 to conditional
// requests, 415 to unknown bodies).
func knownStatus(a *Answer) error {
	known := []int{200, 201, 204, 400, 401, 403, 404, 405, 406, 409, 413, 500, 501, 503}
	own := []int{http.StatusNotModified, http.StatusPreconditionFailed, http.StatusUnsupportedMediaType}
	if !slices.Contains(known, a.Status) && !slices.Contains(own, a.Status) {
		return fmt.Errorf("status %d", a.Status)
	}
	return nil
}
