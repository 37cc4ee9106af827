package flexiscale

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

const (
	namespace = "http://api.flexiscale.com"
	encoding  = "http://schemas.xmlsoap.org/soap/encoding/"
	prologue  = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soapenc="` + encoding +
		`" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:ns1="` + namespace + `"><soapenv:Body>`
	epilogue = `</soapenv:Body></soapenv:Envelope>`
)

// param is a parameter of a call or a member of one, in SOAP's encoding.
type param struct {
	name, kind, text string
	kids             []param
}

func str(name, text string) param { return param{name, "xsd:string", text, nil} }

func num(name string, n int) param { return param{name, "xsd:int", strconv.Itoa(n), nil} }

func long(name string, n int) param { return param{name, "xsd:long", strconv.Itoa(n), nil} }

// ref is a number that the cloud gave as an id.
func ref(name, id string) param { return param{name, "xsd:int", id, nil} }

func object(name, kind string, kids ...param) param { return param{name, "ns1:" + kind, "", kids} }

// array is a list of numbers or texts; its kind says of what.
func array(name, kind string, items ...string) param {
	a := param{name: name, kind: kind + "[" + strconv.Itoa(len(items)) + "]"}
	for _, text := range items {
		a.kids = append(a.kids, param{"item", kind, text, nil})
	}
	return a
}

// names is the list of no names, which asks for everything.
func names() param { return array("list", "xsd:string") }

// all is the list of no ids, which asks for everything. That it is called as
// that of names is inferred.
func all() param { return array("list", "xsd:int") }

// envelope writes a call.
func envelope(op string, params []param) []byte {
	var b bytes.Buffer
	b.WriteString(prologue + "<ns1:" + op + ` soapenv:encodingStyle="` + encoding + `">`)
	for _, p := range params {
		p.write(&b)
	}
	b.WriteString("</ns1:" + op + ">" + epilogue)
	return b.Bytes()
}

func (p param) write(b *bytes.Buffer) {
	b.WriteString("<" + p.name)
	if strings.HasSuffix(p.kind, "]") {
		b.WriteString(` soapenc:arrayType="` + p.kind + `" xsi:type="soapenc:Array">`)
	} else {
		b.WriteString(` xsi:type="` + p.kind + `">`)
	}
	_ = xml.EscapeText(b, []byte(p.text)) // a buffer never fails
	for _, k := range p.kids {
		k.write(b)
	}
	b.WriteString("</" + p.name + ">")
}
