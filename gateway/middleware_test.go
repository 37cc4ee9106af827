package gateway

import (
	"strings"
	"testing"
)

func TestLoggedPath(t *testing.T) {
	id := "0b4cbdd3-32a5-4f0a-8d2c-7dbd2ec8e61f"
	for path, want := range map[string]string{
		"/quotes/" + id:                        "/quotes/" + id,
		"/quotes/" + strings.Repeat("x", 1000): "/quotes/" + strings.Repeat("x", 36) + "...",
		"/quotes":                              "/quotes", "/compute/" + id: "/compute/" + id,
	} {
		if got := logged(path); got != want {
			t.Errorf("%s is logged as %s", path, got)
		}
	}
}
