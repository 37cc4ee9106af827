package broker

import "strings"

// SystemOf tells by an image's name whose licence a machine pays for: "windows",
// "rhel", "suse", or "" for what costs nothing more.
func SystemOf(image string) string {
	name := strings.ToLower(image)
	for _, l := range licences {
		if strings.Contains(name, l.word) {
			return l.system
		}
	}
	return ""
}

// licences are the words of names that tell. CentOS and openSUSE need none.
var licences = [...]struct{ word, system string }{
	{"windows", "windows"},
	{"rhel", "rhel"},
	{"red hat", "rhel"},
	{"redhat", "rhel"},
	{"sles", "suse"},
	{"suse linux enterprise", "suse"},
}
