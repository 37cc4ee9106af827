package gateway

import (
	"net/http"

	"occigate/translate/occi"
)

// Switches choose where the standard contradicts itself or deployed clients.
// The zero value serves all known clients at once; docs/occi-switches.md says
// why each is there. The switches of the built-in categories are those of
// [occi.Options].
type Switches struct {
	BareIDs      bool           // ids without "urn:uuid:"
	OmitPatterns bool           // no patterns of attributes in JSON
	CRLF         bool           // lines of text/plain and text/uri-list end in CR LF
	StrictLinks  bool           // links in a PUT are an error, not ignored
	NoObserved   bool           // entities do not say where they come from and when they were seen
	Media406     bool           // a request in an unknown media type is answered 406, not 415
	Default      occi.MediaType // of answers when the client takes any; "" is text/plain
}

// checkReplace refuses links in a PUT, if that is switched on (GFD.185 section
// 3.4.4). Else they are ignored.
func (s Switches) checkReplace(doc *occi.Document) error {
	for i := range doc.Entities {
		if s.StrictLinks && len(doc.Entities[i].Links) > 0 {
			return &problem{status: http.StatusBadRequest, message: "links cannot be replaced, and stay as they are"}
		}
	}
	return nil
}
