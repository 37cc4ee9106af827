package conformance

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema/*.json
var schemaFiles embed.FS

const schemaBase = "https://schemas.occigate.org/json/"

// schemas are the compiled schemas of all JSON documents by file name.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := fs.Glob(schemaFiles, "schema/*.json")
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range files {
		text, err := schemaFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := compiler.AddResource(schemaBase+path.Base(file), doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, file := range files {
		name := path.Base(file)
		if compiled[name], err = compiler.Compile(schemaBase + name); err != nil {
			t.Fatal(err)
		}
	}
	return compiled
}

// schemaOf names the schema of an answer by what was asked.
func schemaOf(row *Row, at string, a *Answer) string {
	at, query, _ := strings.Cut(at, "?")
	entity := !strings.HasSuffix(at, "/") && strings.Count(at, "/") == 2
	link := strings.HasPrefix(at, "/networkinterface/") || strings.HasPrefix(at, "/storagelink/")
	switch {
	case a.Status >= 400:
		return "error.json"
	case strings.HasSuffix(at, "/-/") || strings.HasSuffix(at, "/-"):
		if row.Method == "GET" {
			return "categories.json"
		}
		return "done.json"
	case a.Status == 201:
		return "locations.json"
	case strings.Contains(query, "action=save"):
		return "categories.json"
	case row.Method == "DELETE" && urlType(at) != "mixin":
		return "done.json"
	case entity && link:
		return "link.json"
	case entity:
		return "resource.json"
	case query != "" && strings.Contains(query, "action="):
		return "done.json"
	}
	return "collection.json"
}

// validate holds every JSON answer, and every JSON action that was taken, to
// its schema.
func validate(t *testing.T, all map[string]*jsonschema.Schema, row *Row, at, body string, a *Answer) {
	t.Helper()
	if strings.HasSuffix(a.media(), "json") && a.Body != "" {
		conforms(t, all, schemaOf(row, at, a), a.Body)
	}
	if a.Status < 300 && strings.Contains(at, "action=") && strings.HasPrefix(body, "{") {
		conforms(t, all, "action.json", body)
	}
}

func conforms(t *testing.T, all map[string]*jsonschema.Schema, name, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Errorf("the document is no JSON: %v\n%.500s", err, text)
		return
	}
	if err := all[name].Validate(doc); err != nil {
		t.Errorf("%v\n%.500s", err, text)
	}
}

// TestSchemasRefuse checks that the schemas do not take everything.
func TestSchemasRefuse(t *testing.T) {
	all := schemas(t)
	const id = `"id":"urn:uuid:085f8e9b-4898-5b16-a2b7-eaa9a05debc1"`
	const compute = `"kind":"http://schemas.ogf.org/occi/infrastructure#compute"`
	cases := []struct{ name, schema, text string }{
		{"a resource without an id", "resource.json", `{` + compute + `}`},
		{"an unknown member", "resource.json", `{` + compute + `,` + id + `,"location":"/compute/1"}`},
		{"a kind as an object", "resource.json", `{"kind":{"term":"compute"},` + id + `}`},
		{"nested attributes", "resource.json", `{` + compute + `,` + id + `,"attributes":{"occi":{"compute":{"cores":1}}}}`},
		{"an attribute of the core among the others", "resource.json", `{` + compute + `,` + id + `,"attributes":{"occi.core.title":"web"}}`},
		{"a link without a target", "link.json", `{` + compute + `,` + id + `,"source":{"location":"/compute/1","kind":"http://schemas.ogf.org/occi/infrastructure#compute"}}`},
		{"a target as a string", "link.json", `{` + compute + `,` + id + `,"source":{"location":"/compute/1","kind":"http://schemas.ogf.org/occi/infrastructure#compute"},"target":"/storage/1"}`},
		{"locations in a collection", "collection.json", `{"resources":["http://127.0.0.1/compute/1"]}`},
		{"a kind without a location", "categories.json", `{"kinds":[{"term":"compute","scheme":"http://schemas.ogf.org/occi/infrastructure#","parent":"http://schemas.ogf.org/occi/core#resource"}]}`},
		{"an action with a location", "categories.json", `{"actions":[{"term":"stop","scheme":"http://schemas.ogf.org/occi/infrastructure/compute/action#","location":"/stop/"}]}`},
		{"a pattern as a string", "categories.json", `{"actions":[{"term":"stop","scheme":"http://a.b/c#","attributes":{"method":{"mutable":true,"required":false,"type":"string","pattern":".*"}}}]}`},
		{"an action by its term", "action.json", `{"action":"stop"}`},
		{"an error without words", "error.json", `{"code":404,"message":""}`},
		{"a relative location", "locations.json", `["/compute/1"]`},
		{"success with a body", "done.json", `{"ok":true}`},
		{"a scheme without its #", "categories.json", `{"actions":[{"term":"stop","scheme":"http://a.b/c"}]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if all[c.schema].Validate(doc) == nil {
				t.Errorf("%s takes %s", c.schema, c.text)
			}
		})
	}
}
