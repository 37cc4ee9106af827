package access

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func guard(t *testing.T, users ...User) *Guard {
	t.Helper()
	g, err := New(users, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCheck(t *testing.T) {
	token := NewToken()
	g := guard(t, User{Name: "ann", PasswordHash: Hash("s3cret"), TokenHashes: []string{HashToken(token)}})
	cases := []struct {
		name, header, value string
		want                bool
	}{
		{"nothing", "", "", false},
		{"basic", "Authorization", "Basic YW5uOnMzY3JldA==", true},
		{"basic again, from memory", "Authorization", "Basic YW5uOnMzY3JldA==", true},
		{"basic, wrong password", "Authorization", "Basic YW5uOndyb25n", false},
		{"basic, unknown user", "Authorization", "Basic Ym9iOnMzY3JldA==", false},
		{"basic, not base64", "Authorization", "Basic ???", false},
		{"bearer", "Authorization", "Bearer " + token, true},
		{"bearer in lower case", "Authorization", "bearer " + token, true},
		{"bearer, wrong", "Authorization", "Bearer " + NewToken(), false},
		{"the hash itself is no token", "Authorization", "Bearer " + HashToken(token), false},
		{"x-auth-token", "X-Auth-Token", token, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set(c.header, c.value)
			user, ok := g.Check(r)
			if ok != c.want || ok && user != "ann" {
				t.Errorf("Check = %q, %v, want ok %v", user, ok, c.want)
			}
		})
	}
}

func TestOpenWithoutUsers(t *testing.T) {
	if _, ok := guard(t).Check(httptest.NewRequest("GET", "/", nil)); !ok {
		t.Error("a guard without users refused a request")
	}
}

func TestRememberedEnds(t *testing.T) {
	now := time.Unix(0, 0)
	g, err := New([]User{{Name: "ann", PasswordHash: Hash("x")}}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("ann", "x")
	if _, ok := g.Check(r); !ok {
		t.Fatal("the right password was refused")
	}
	mark := g.mark("ann", "x")
	if !g.knows(mark) {
		t.Error("a verified password is not remembered")
	}
	now = now.Add(remembered)
	if g.knows(mark) {
		t.Error("a verified password is remembered for ever")
	}
}

func TestBadHashes(t *testing.T) {
	for _, hash := range []string{
		"secret", "$2b$12$abc", "$argon2id$v=18$m=1,t=1,p=1$c2FsdHNhbHQ$a2V5",
		"$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHRzYWx0$a2V5a2V5a2V5a2V5a2V5a2V5",
		"$argon2id$v=19$m=1,t=1,p=1$!!$a2V5",
	} {
		_, err := New([]User{{Name: "ann", PasswordHash: hash}}, time.Now)
		if err == nil || !strings.Contains(err.Error(), "ann") {
			t.Errorf("hash %q: error %v, want one that names the user", hash, err)
		}
	}
	if _, err := New([]User{{Name: "ann", TokenHashes: []string{"plain"}}}, time.Now); err == nil {
		t.Error("a plain token was taken for a hash")
	}
}
