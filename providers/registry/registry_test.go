package registry

import (
	"errors"
	"strings"
	"testing"
)

var errSettings = errors.New("line 7: wrong")

type settings struct{}

func (settings) Decode(any) error { return errSettings }

func TestBuildUnknownCloud(t *testing.T) {
	_, err := Build("atlantis", settings{}, Options{})
	if err == nil {
		t.Fatal("an unknown cloud is accepted")
	}
	for _, cloud := range append(Clouds(), "atlantis") {
		if !strings.Contains(err.Error(), cloud) {
			t.Errorf("%q does not name %s", err, cloud)
		}
	}
}

func TestBuildAsksTheAdapter(t *testing.T) {
	for _, cloud := range Clouds() {
		if _, err := Build(cloud, settings{}, Options{UID: "acme"}); !errors.Is(err, errSettings) {
			t.Errorf("%s: %v, want what is wrong with its settings", cloud, err)
		}
	}
}
