package naming_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"occigate/providers/internal/naming"
)

const token = "0f1e2d3c-4b5a-4968-8776-655443322110"

func TestCodes(t *testing.T) {
	if got := naming.Code(token, 40); got != "b4pc2pcl" { // base32 of 0f1e2d3c4b
		t.Errorf("40 bits are %q", got)
	}
	whole := naming.Code(token, 128)
	if len(whole) != 26 || naming.Token(whole) != token {
		t.Errorf("%q is read as %q", whole, naming.Token(whole))
	}
	for _, wrong := range []string{"", "web", strings.ToUpper(token), token + "0"} {
		if got := naming.Code(wrong, 40); got != "" {
			t.Errorf("%q has the code %q", wrong, got)
		}
	}
	last := "abcdefgh"[strings.IndexByte("aeimquy4", whole[25])] // another letter for the same bits
	for _, wrong := range []string{"", whole[:25], whole + "a", strings.ToUpper(whole), "1" + whole[1:], whole[:25] + string(last+1)} {
		if got := naming.Token(wrong); got != "" {
			t.Errorf("%q is the token %q", wrong, got)
		}
	}
}

func TestNames(t *testing.T) {
	form := naming.Form{Odd: regexp.MustCompile(`[^A-Za-z0-9]+`), Trim: "-", Most: 12, Empty: "server", Joint: "-"}
	for title, want := range map[string]string{
		"":            "server-end",
		"web":         "web-end",
		"a b/c":       "a-b-c-end",
		"Über all":    "ber-all-end",
		"1234567 9":   "1234567-end", // the hyphen at the cut goes
		"longer than": "longer-t-end",
		"ÄÖÜ":         "server-end",
	} {
		if got := form.Name(title, "end"); got != want || len(got) > form.Most {
			t.Errorf("%q is named %q, want %q", title, got, want)
		}
	}
	for name, end := range map[string]string{"web-end": "", "webend": "end", "end": "end", "web-end-": "end"} {
		if form.Ends(name, end) {
			t.Errorf("%q has the end %q", name, end)
		}
	}
	if !form.Ends("web-end", "end") {
		t.Error("web-end has not the end end")
	}
}

func TestSplit(t *testing.T) {
	const token, code = "00010203-0405-0607-0809-0a0b0c0d0e0f", "aaaqeayeaudaocajbifqydiob4"
	form := naming.Form{Joint: "--"}
	for name, want := range map[string][2]string{
		"web--" + code:                    {"web", token},
		"a--b---" + code:                  {"a--b-", token},
		"--" + code:                       {"--" + code, ""},
		"web-" + code:                     {"web-" + code, ""},
		code:                              {code, ""},
		"web--" + code + "a":              {"web--" + code + "a", ""},
		"web--77777777777777777777777777": {"web--77777777777777777777777777", ""},
		"web--" + strings.ToUpper(code):   {"web--" + strings.ToUpper(code), ""},
		"web":                             {"web", ""},
		"":                                {"", ""},
	} {
		if title, got := form.Split(name); title != want[0] || got != want[1] {
			t.Errorf("%q is %q and %q, want %q", name, title, got, want)
		}
	}
}

func TestBrackets(t *testing.T) {
	for _, text := range []string{"", "web", "two words\nand a line", "ends in [x]"} {
		marked := naming.Bracket(text, token, 0)
		if got, of := naming.Unbracket(marked); got != text || of != token {
			t.Errorf("%q is %q with the token %q", marked, got, of)
		}
	}
	if got := naming.Bracket("web", "", 0); got != "web" {
		t.Errorf("without a token: %q", got)
	}
	cut := naming.Bracket(strings.Repeat("ä", 100), token, 60)
	if _, of := naming.Unbracket(cut); len(cut) > 60 || !utf8.ValidString(cut) || of != token {
		t.Errorf("%q of %d bytes", cut, len(cut))
	}
	for _, plain := range []string{"", "web", "web [" + token + "]", "web [occigate x]", "[occigate " + token + "] web"} {
		if got, of := naming.Unbracket(plain); got != plain || of != "" {
			t.Errorf("%q is %q with the token %q", plain, got, of)
		}
	}
}

func TestDistinct(t *testing.T) {
	const other = "00010203-0405-4607-8809-0a0b0c0d0e0f"
	name := naming.Distinct("web", token)
	if name == naming.Distinct("web", other) || name != naming.Distinct("web", token) {
		t.Errorf("two tokens, one title: %q", name)
	}
	for _, tt := range []struct{ name, token, want string }{
		{name, token, "web"}, {name, other, name}, {name, "", name}, {"web-", "", "web-"}, {"web", token, "web"}, {naming.Distinct("web", ""), "", "web"},
	} {
		if got := naming.Title(tt.name, tt.token); got != tt.want {
			t.Errorf("%q with token %q is %q, want %q", tt.name, tt.token, got, tt.want)
		}
	}
}
