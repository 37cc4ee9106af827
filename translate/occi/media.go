package occi

import (
	"net/http"
	"strings"
)

// MediaType is a media type without parameters, in lower case.
type MediaType string

// The media types of OCCI's renderings. TextOCCIPlain is another name of
// TextPlain, JSON of OCCIJSON: answers carry the name that was asked for.
const (
	TextPlain     MediaType = "text/plain"
	TextOCCIPlain MediaType = "text/occi+plain"
	TextOCCI      MediaType = "text/occi"
	URIList       MediaType = "text/uri-list"
	OCCIJSON      MediaType = "application/occi+json"
	JSON          MediaType = "application/json"
)

// Renderings lists all media types, the preferred first.
func Renderings() []MediaType {
	return []MediaType{TextPlain, TextOCCI, OCCIJSON, URIList, JSON, TextOCCIPlain}
}

// Rendering is the media type that stands for all with the same rendering, one
// of TextPlain, TextOCCI, URIList and OCCIJSON; empty for an unknown one.
func (m MediaType) Rendering() MediaType { return renderings[m] }

var renderings = map[MediaType]MediaType{
	TextPlain: TextPlain, TextOCCIPlain: TextPlain,
	TextOCCI: TextOCCI, URIList: URIList,
	OCCIJSON: OCCIJSON, JSON: OCCIJSON,
}

// RequestMedia reads the media type of a request from its header. Clients name
// several, separated by commas: the first known one counts. Without any it is
// TextOCCI if the header holds a rendering and else TextPlain. An unknown one is
// an *Error of kind Unsupported.
func RequestMedia(header http.Header) (MediaType, error) {
	named := ""
	for _, line := range header.Values("Content-Type") {
		for part := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(part, ";")
			m := MediaType(strings.ToLower(strings.TrimSpace(name)))
			if m.Rendering() != "" {
				return m, nil
			}
			if named == "" {
				named = string(m)
			}
		}
	}
	switch {
	case named != "":
		return "", &Error{Kind: Unsupported, Name: named, Problem: "unsupported media type", Expected: knownMedia()}
	case holdsRendering(header):
		return TextOCCI, nil
	}
	return TextPlain, nil
}

func holdsRendering(header http.Header) bool {
	for _, s := range structures {
		if len(header.Values(s.name)) > 0 {
			return true
		}
	}
	return false
}

func knownMedia() string {
	var names []string
	for _, m := range Renderings() {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ")
}
