package pricelist

import (
	"io"
	"maps"
	"slices"
	"strings"
)

// Regional finds in the index of all offers where the index of an offer's regions
// is: a path on the same host.
func Regional(r io.Reader, offer string) (path string, err error) {
	return find(r, "offers", offer, "currentRegionIndexUrl")
}

// Current finds in the index of an offer's regions where the region's price list
// is: a path on the same host.
func Current(r io.Reader, region string) (path string, err error) {
	return find(r, "regions", region, "currentVersionUrl")
}

// find reads an index: an object whose member of a name has entries, of which one
// has the member that is looked for.
func find(r io.Reader, table, entry, member string) (path string, err error) {
	s, others := newScanner(r), map[string]bool{}
	err = s.object(func(name []byte) error {
		if string(name) != table {
			return s.skip()
		}
		return s.object(func(name []byte) error {
			others[string(name)] = true
			if string(name) != entry {
				return s.skip()
			}
			return s.object(func(name []byte) error {
				if string(name) != member {
					return s.skip()
				}
				return s.text(&path)
			})
		})
	})
	switch {
	case err != nil:
		return "", err
	case path == "" && others[entry]:
		return "", s.wrong("%s has no %s", entry, member)
	case path == "":
		return "", s.wrong("%s is not among the %s, which are %s", entry, table, strings.Join(slices.Sorted(maps.Keys(others)), ", "))
	}
	return path, nil
}
