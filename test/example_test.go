package test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"occigate/config"
	"occigate/providers"
	"occigate/providers/ec2"
	"occigate/providers/elastichosts"
	"occigate/providers/flexiscale"
	"occigate/providers/gogrid"
	"occigate/providers/openstack"
	"occigate/providers/registry"
	"occigate/providers/suncloud"
)

// settings are the adapters' own keys, whose every one the example shows.
var settings = map[string]any{
	"ec2":          &ec2.Settings{},
	"elastichosts": &elastichosts.Settings{},
	"flexiscale":   &flexiscale.Settings{},
	"gogrid":       &gogrid.Settings{},
	"openstack":    &openstack.Settings{},
	"suncloud":     &suncloud.Settings{},
}

// variable is a reference to the environment.
var variable = regexp.MustCompile(`\$\{(OCCIGATE_[A-Z_]+)\}`)

// loadExample loads the example as it is, or with all that is off switched on.
func loadExample(t *testing.T, everything bool) *config.Config {
	t.Helper()
	text, err := os.ReadFile("../config/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if everything {
		on := regexp.MustCompile(`(?m)^( +)#([^ #\n])`).ReplaceAllString(string(text), "$1$2")
		on = regexp.MustCompile(`(?m)^  redis:\n(    .*\n)+`).ReplaceAllString(on, "") // the other store
		text = []byte(regexp.MustCompile(`(?m)^  - name: alice\n(    .*\n)+`).ReplaceAllString(on, ""))
	}
	env := map[string]string{}
	for _, m := range variable.FindAllStringSubmatch(string(text), -1) {
		env[m[1]] = strings.Repeat("x", 16)
	}
	path := filepath.Join(t.TempDir(), "example.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExampleBuilds(t *testing.T) {
	for _, a := range loadExample(t, false).Accounts {
		if _, err := registry.Build(a.Cloud, a.Settings, registry.Options{UID: a.UID}); err != nil {
			t.Errorf("account %s: %v", a.Name, err)
		}
	}
}

func TestExampleShowsEverySetting(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range loadExample(t, true).Accounts {
		into := settings[a.Cloud]
		if err := a.Settings.Decode(into); err != nil {
			t.Fatal(err)
		}
		seen[a.Cloud] = true
		unset(t, reflect.ValueOf(into).Elem(), a.Cloud)
	}
	for _, cloud := range registry.Clouds() {
		if !seen[cloud] {
			t.Errorf("%s: no account of the example is of this cloud", cloud)
		}
	}
}

// unset reports the keys that have no value, since the example does not show
// them.
func unset(t *testing.T, v reflect.Value, key string) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is not shown", key)
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		unset(t, v.Field(i), key+"."+name)
	}
}

// The settings of the configuration are those that adapters take.
var _ providers.Settings = config.Settings{}
