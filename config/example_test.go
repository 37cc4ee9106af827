package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const example = "example.yaml"

// exampleEnv are the variables that the example refers to.
var exampleEnv = map[string]string{
	"OCCIGATE_AWS_KEY_ID":      "id",
	"OCCIGATE_AWS_SECRET":      "secret",
	"OCCIGATE_AWS_SESSION":     "session",
	"OCCIGATE_AWS_EXTERNAL_ID": "external",
	"OCCIGATE_LAB_PASSWORD":    "password",
	"OCCIGATE_LAB_SECRET":      "secret",
	"OCCIGATE_LONDON_KEY":      "key",
	"OCCIGATE_FLEXI_PASSWORD":  "password",
	"OCCIGATE_GRID_KEY":        "key",
	"OCCIGATE_GRID_SECRET":     "secret",
	"OCCIGATE_SUN_PASSWORD":    "password",
	"OCCIGATE_REDIS_PASSWORD":  "password",
	"OCCIGATE_QUOTE_KEY":       "sixteen characters",
	"OCCIGATE_ALICE":           "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
}

func TestExampleShowsDefaults(t *testing.T) {
	c, err := Load(example, exampleEnv)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Store.Embedded = &Embedded{Path: defaultPath}
	want.Users, want.TrustedProxies = []User{}, []string{}
	want.Prices.RateCards = []string{}
	want.CORS.Origins, want.CORS.Headers = []string{}, []string{}
	want.Defaults.Account = "frankfurt"
	if diff := cmp.Diff(&want, c, cmpopts.IgnoreFields(Config{}, "Accounts", "Unused")); diff != "" {
		t.Errorf("defaults (-) and example (+) differ:\n%s", diff)
	}
	for _, a := range c.Accounts {
		if a.Rate != defaultRate() || a.Refresh != want.Refresh {
			t.Errorf("account %s: rate %+v, refresh %+v; want the defaults", a.Name, a.Rate, a.Refresh)
		}
	}
}

// off is a setting that is commented out.
var off = regexp.MustCompile(`(?m)^( *)#([^ #\n])`)

func TestExampleShowsEveryKey(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^users: \[\]\n`).ReplaceAll(off.ReplaceAll(text, []byte("$1$2")), nil)
	doc, problems := parse(example, all)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var c Config
	if problems := doc.decode(doc.root, "", &c); len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, key := range keysOf(reflect.TypeFor[Config](), "") {
		if doc.line[key] == 0 {
			t.Errorf("%s is not shown", key)
		}
	}
}

// keysOf are the keys of a struct and of what is in it, lists by their first
// element.
func keysOf(t reflect.Type, key string) (all []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			key += "[0]"
		}
		t = t.Elem()
	}
	if key != "" {
		all = append(all, key)
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Settings]() {
		return all
	}
	fields := map[string]reflect.Type{}
	fieldsOf(t, fields)
	for name, field := range fields {
		all = append(all, keysOf(field, join(key, name))...)
	}
	return all
}

// TestSwitchesAreExplained looks up every switch of OCCI with its default in the
// table that says why it is there.
func TestSwitchesAreExplained(t *testing.T) {
	table, err := os.ReadFile("../docs/occi-switches.md")
	if err != nil {
		t.Fatal(err)
	}
	switches := reflect.ValueOf(Default().OCCI)
	for i := range switches.NumField() {
		key := switches.Type().Field(i).Tag.Get("yaml")
		if key == "keystone_url" { // is an address
			continue
		}
		value := strings.ReplaceAll(fmt.Sprint(switches.Field(i)), " ", ", ")
		if row := fmt.Sprintf("\n| `occi.%s` | `%s` | ", key, value); !strings.Contains(string(table), row) {
			t.Errorf("no row begins with %q", row)
		}
	}
}
