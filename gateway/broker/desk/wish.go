package desk

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"occigate/gateway/broker"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// document is a wish as clients write it. Members that are not there take the
// defaults of [broker.Wish].
type document struct {
	Cores        int64           `json:"cores,omitzero"`
	Memory       number          `json:"memory,omitzero"` // GiB, whole MiB
	Disk         int64           `json:"disk,omitzero"`   // GiB
	Architecture string          `json:"architecture,omitzero"`
	Image        string          `json:"image,omitzero"` // words of an image's name
	OS           string          `json:"os,omitzero"`
	Tenancy      string          `json:"tenancy,omitzero"`
	Hours        int64           `json:"hours,omitzero"`  // a month
	Egress       int64           `json:"egress,omitzero"` // GB a month
	Addresses    int64           `json:"addresses,omitzero"`
	Clouds       []string        `json:"clouds,omitzero"`
	NotClouds    []string        `json:"not_clouds,omitzero"`
	Accounts     []string        `json:"accounts,omitzero"`
	NotAccounts  []string        `json:"not_accounts,omitzero"`
	Regions      []string        `json:"regions,omitzero"`
	NotRegions   []string        `json:"not_regions,omitzero"`
	Near         *geo.Circle     `json:"near,omitzero"`
	MostAnHour   number          `json:"max_price_hour,omitzero"` // in the currency of the wish
	Category     tariff.Category `json:"category,omitzero"`
	Currency     string          `json:"currency,omitzero"`
}

// number is a JSON number as it was written, so that no digit of it is lost.
type number string

// UnmarshalJSONFrom takes the text of a number over.
func (n *number) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	if kind := in.PeekKind(); kind != '0' {
		return errors.New("want a number")
	}
	text, err := in.ReadValue()
	*n = number(text)
	return err
}

// MarshalJSONTo writes it as it was read.
func (n number) MarshalJSONTo(out *jsontext.Encoder) error { return out.WriteValue(jsontext.Value(n)) }

// ReadWish reads a wish from JSON, strictly. Sums are in fallback when it names no
// currency. What is wrong with it is [providers.ErrInvalid] and says where and why.
func ReadWish(text []byte, fallback tariff.Currency) (broker.Wish, error) {
	var doc document
	if err := json.Unmarshal(text, &doc, json.RejectUnknownMembers(true)); err != nil {
		return broker.Wish{}, unreadable(text, err)
	}
	return doc.wish(fallback)
}

func (doc *document) wish(fallback tariff.Currency) (w broker.Wish, err error) {
	w = broker.Wish{
		DiskGiB: doc.Disk, Architecture: providers.Architecture(doc.Architecture), Image: doc.Image, OS: doc.OS,
		Tenancy: doc.Tenancy, Hours: doc.Hours, EgressGB: doc.Egress, Addresses: doc.Addresses,
		Clouds: doc.Clouds, NotClouds: doc.NotClouds, Accounts: doc.Accounts, NotAccounts: doc.NotAccounts,
		Regions: doc.Regions, NotRegions: doc.NotRegions, Near: doc.Near,
		Category: doc.Category, Currency: fallback,
	}
	if w.Cores = int(doc.Cores); doc.Cores < 0 || doc.Cores > mostCores {
		return w, wrong("/cores", "must be from 0 to %d", mostCores)
	}
	if doc.Currency != "" {
		if w.Currency, err = tariff.ParseCurrency(doc.Currency); err != nil {
			return w, wrong("/currency", "%v", err)
		}
	}
	if w.MemoryMiB, err = doc.Memory.mebibytes(); err != nil {
		return w, wrong("/memory", "%v", err)
	}
	if doc.MostAnHour != "" {
		if w.MostAnHour, err = tariff.ParseMoney(string(doc.MostAnHour), w.Currency); err != nil {
			return w, wrong("/max_price_hour", "%v", err)
		}
	}
	return w, nil
}

// mostCores keeps the number of cores in an int on every machine.
const mostCores = 1 << 20

// mebibytes reads GiB.
func (n number) mebibytes() (int64, error) {
	if n == "" {
		return 0, nil
	}
	gib, err := decimal.NewFromString(string(n))
	switch {
	case err != nil || len(n) > 30 || strings.ContainsAny(string(n), "eE"):
		return 0, fmt.Errorf("%s is no plain number of GiB", n)
	case gib.IsNegative() || gib.GreaterThan(decimal.New(1<<20, 0)):
		return 0, fmt.Errorf("%s GiB is not between 0 and %d", n, 1<<20)
	}
	mib := gib.Mul(decimal.New(1024, 0))
	if !mib.IsInteger() {
		return 0, fmt.Errorf("%s GiB is no whole number of MiB", n)
	}
	return mib.IntPart(), nil
}

// WriteWish is the JSON that [ReadWish] reads, with the defaults that are in w.
func WriteWish(w *broker.Wish) ([]byte, error) {
	doc := document{
		Cores: int64(w.Cores), Disk: w.DiskGiB, Architecture: string(w.Architecture), Image: w.Image, OS: w.OS,
		Tenancy: w.Tenancy, Hours: w.Hours, Egress: w.EgressGB, Addresses: w.Addresses,
		Clouds: w.Clouds, NotClouds: w.NotClouds, Accounts: w.Accounts, NotAccounts: w.NotAccounts,
		Regions: w.Regions, NotRegions: w.NotRegions, Near: w.Near,
		Category: w.Category, Currency: string(w.Currency),
	}
	if w.MemoryMiB > 0 {
		doc.Memory = number(decimal.New(w.MemoryMiB, 0).DivRound(decimal.New(1024, 0), 10).String()) // 10 binary digits are 10 decimal ones
	}
	if w.MostAnHour.Known() {
		doc.MostAnHour = number(w.MostAnHour.Decimal().String())
		doc.Currency = string(w.MostAnHour.Currency())
	}
	return json.Marshal(&doc)
}

func wrong(place, format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "wish", "%s: %s", place, fmt.Sprintf(format, args...))
}

// unreadable says where and why a text is no wish.
func unreadable(text []byte, err error) error {
	var semantic *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case len(strings.TrimSpace(string(text))) == 0:
		return wrong("the body", `is empty, want JSON such as {"cores": 2, "memory": 4}`)
	case errors.As(err, &syntax):
		return wrong(fmt.Sprintf("byte %d", syntax.ByteOffset), "%v", syntax.Err)
	case !errors.As(err, &semantic):
		return wrong("the body", "%v", err)
	case errors.Is(err, json.ErrUnknownName):
		known := members(reflect.TypeFor[document]())
		if strings.HasPrefix(string(semantic.JSONPointer), "/near/") {
			known = []string{"centre (latitude, longitude)", "radius_km"}
		}
		return wrong(string(semantic.JSONPointer), "there is no such member, known are %s", strings.Join(known, ", "))
	}
	place := string(semantic.JSONPointer)
	if place == "" {
		place = "the body"
	}
	return wrong(place, "%s", wanted(semantic))
}

// wanted says what should stand in the place of a value.
func wanted(e *json.SemanticError) string {
	if e.GoType == nil || e.GoType == reflect.TypeFor[number]() {
		return "want a number"
	}
	switch e.GoType.Kind() {
	case reflect.Int64, reflect.Int:
		return "want a whole number"
	case reflect.Slice:
		return "want a list of texts"
	case reflect.String:
		return "want a text"
	case reflect.Struct:
		return "want an object"
	}
	return "want a number"
}

// members are the names that a document may have.
func members(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
