package flexiscale

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// tree is an element of a request by its local name.
type tree struct {
	name string
	body string
	kids []*tree
}

// UnmarshalXML reads an element with all that is in it.
func (t *tree) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	t.name = start.Name.Local
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			kid := new(tree)
			if err := kid.UnmarshalXML(d, e); err != nil {
				return err
			}
			t.kids = append(t.kids, kid)
		case xml.CharData:
			t.body += string(e)
		case xml.EndElement:
			return nil
		}
	}
}

// parse gives the call in an envelope.
func parse(text []byte) (*tree, error) {
	envelope := new(tree)
	if err := xml.NewDecoder(bytes.NewReader(text)).Decode(envelope); err != nil {
		return nil, err
	}
	if body := envelope.kid("Body"); envelope.name == "Envelope" && len(body.kids) == 1 {
		return body.kids[0], nil
	}
	return nil, errors.New("no call in an envelope")
}

// kid finds an element below; one that is not there is empty.
func (t *tree) kid(name string) *tree {
	for _, k := range t.kids {
		if k.name == name {
			return k
		}
	}
	return new(tree)
}

func (t *tree) text(name string) string { return strings.TrimSpace(t.kid(name).body) }

func (t *tree) number(name string) int {
	n, err := strconv.Atoi(t.text(name))
	if err != nil {
		return 0
	}
	return n
}

// list gives the texts of an array, whatever the parameter is called.
func (t *tree) list() map[string]bool {
	texts := map[string]bool{}
	for _, parameter := range t.kids {
		for _, item := range parameter.kids {
			texts[strings.TrimSpace(item.body)] = true
		}
	}
	return texts
}

// value is what a call answers or a part of it. The zero value is no result.
type value struct {
	name string
	kind string // xsi:type; of an array, that of its items
	text string
	kids []value
	form form
}

type form int

const (
	scalar form = iota
	structure
	array
	null
)

func number(name string, n int) value {
	return value{name: name, kind: "xsd:int", text: strconv.Itoa(n)}
}

func text(name, s string) value { return value{name: name, kind: "xsd:string", text: s} }

func object(kind string, kids ...value) value {
	return value{name: "item", kind: "ns1:" + kind, kids: kids, form: structure}
}

func list(name, kind string, items []value) value {
	return value{name: name, kind: kind, kids: items, form: array}
}

const (
	encoding = "http://schemas.xmlsoap.org/soap/encoding/"
	prologue = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="` + encoding +
		`" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:ns1="http://api.flexiscale.com"><soapenv:Body>`
	epilogue = `</soapenv:Body></soapenv:Envelope>` + "\n"
)

// write sends the answer of an operation.
func (c *Cloud) write(w http.ResponseWriter, op string, result value) {
	b := &writer{refs: c.opt.MultiRef, nils: c.opt.NilLists}
	fmt.Fprintf(b, `%s<ns1:%sResponse soapenv:encodingStyle="%s">`, prologue, op, encoding)
	if result.kind != "" {
		result.name = op + "Return"
		b.value(result, "")
	}
	fmt.Fprintf(b, "</ns1:%sResponse>", op)
	for n := 0; len(b.apart) > 0; n++ { // which may set further ones apart
		v := b.apart[0]
		b.apart = b.apart[1:]
		b.element(v, "multiRef", fmt.Sprintf(` id="id%d" soapenc:root="0" soapenv:encodingStyle="%s"`, n, encoding))
	}
	b.WriteString(epilogue)
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

// writeFault refuses a call; SOAP 1.1 says that the status is 500.
func writeFault(w http.ResponseWriter, faultstring string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	b := new(writer)
	b.WriteString(prologue + "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>")
	_ = xml.EscapeText(b, []byte(faultstring))
	b.WriteString("</faultstring></soapenv:Fault>" + epilogue)
	_, _ = w.Write(b.Bytes())
}

// writer encodes values; those that stand apart are written by write.
type writer struct {
	bytes.Buffer
	refs, nils bool
	apart      []value // still to be written
	lastRef    int
}

// value writes a part where it belongs, or a reference to it.
func (b *writer) value(v value, attributes string) {
	if b.refs && (v.form == structure || v.form == array) {
		fmt.Fprintf(b, `<%s href="#id%d"/>`, v.name, b.lastRef)
		b.lastRef++
		b.apart = append(b.apart, v)
		return
	}
	b.element(v, v.name, attributes)
}

func (b *writer) element(v value, name, attributes string) {
	switch {
	case v.form == null || v.form == array && len(v.kids) == 0 && b.nils:
		fmt.Fprintf(b, `<%s%s xsi:nil="true"/>`, name, attributes)
		return
	case v.form == array:
		fmt.Fprintf(b, `<%s%s soapenc:arrayType="%s[%d]" xsi:type="soapenc:Array">`, name, attributes, v.kind, len(v.kids))
	default:
		fmt.Fprintf(b, `<%s%s xsi:type="%s">`, name, attributes, v.kind)
	}
	_ = xml.EscapeText(b, []byte(v.text))
	for _, k := range v.kids {
		b.value(k, "")
	}
	fmt.Fprintf(b, "</%s>", name)
}
