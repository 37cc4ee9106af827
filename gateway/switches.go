package gateway

import "occigate/translate/occi"

// Switches choose where the standard contradicts itself or deployed clients.
// The zero value serves all known clients at once; docs/occi-switches.md says
// why each is there. The switches of the built-in categories are those of
// [occi.Options].
type Switches struct {
	BareIDs      bool           // ids without "urn:uuid:"
	OmitPatterns bool           // no patterns of attributes in JSON
	CRLF         bool           // lines of text/plain and text/uri-list end in CR LF
	StrictLinks  bool           // links in a PUT are an error, not ignored
	Media406     bool           // a request in an unknown media type is answered 406, not 415
	Default      occi.MediaType // of answers when the client takes any; "" is text/plain
}
