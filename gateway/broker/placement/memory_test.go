package placement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker/placement"
)

func TestMemory(t *testing.T) {
	var m placement.Memory
	until := func(d time.Duration) placement.Refusal {
		return placement.Refusal{At: now, Until: now.Add(d), Text: d.String()}
	}
	recall := func(account, size, zone string, after time.Duration) string {
		r, _ := m.Recall(account, size, zone, now.Add(after))
		return r.Text
	}
	m.Remember("a", "s", "z1", until(time.Minute))
	m.Remember("b", "", "", until(time.Second))
	for _, c := range []struct {
		account, size, zone string
		after               time.Duration
		want                string
	}{
		{"a", "s", "z1", 0, "1m0s"},
		{"a", "s", "z1", time.Minute, ""},
		{"a", "s", "z2", 0, ""},
		{"a", "s", "", 0, ""},
		{"a", "m", "z1", 0, ""},
		{"b", "s", "z9", 0, "1s"},
		{"b", "s", "", time.Second, ""},
	} {
		if got := recall(c.account, c.size, c.zone, c.after); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	m.Forget("a", "s", "z1")
	m.Forget("b", "x", "")
	if recall("a", "s", "z1", 0)+recall("b", "s", "", 0) != "" {
		t.Error("not forgotten")
	}
	for i := range 2000 {
		m.Remember("many", fmt.Sprint(i), "", until(time.Duration(i+1)*time.Second))
	}
	if recall("many", "0", "", 0) != "" || recall("many", "1999", "", 0) == "" {
		t.Error("the bound drops what lasts longest")
	}
}

func TestSpeeds(t *testing.T) {
	var s placement.Speeds
	boot := func(id, account string, took time.Duration) {
		s.Begun(id, placement.Wait{Account: account, At: now})
		s.Active(id, now.Add(took))
	}
	boot("1", "a", 3*time.Second)
	boot("2", "a", 9*time.Second)
	boot("3", "a", 5*time.Second)
	boot("4", "b", 2*time.Second)
	boot("5", "b", 4*time.Second)
	boot("6", "c", 2*time.Hour) // was stopped meanwhile
	waits := placement.Wait{Account: "c", Size: "s", Zone: "z", At: now}
	s.Begun("7", waits)
	if lost, waited := s.Lost("7"); !waited || lost != waits {
		t.Errorf("%+v, %v", lost, waited)
	}
	if _, again := s.Lost("7"); again {
		t.Error("is lost twice")
	}
	s.Active("7", now.Add(time.Second))
	s.Active("unknown", now)
	want := map[string]time.Duration{"a": 5 * time.Second, "b": 2 * time.Second}
	if diff := cmp.Diff(want, s.Medians()); diff != "" {
		t.Error(diff)
	}
	for range 64 { // the old ones count no more
		boot("8", "a", time.Second)
	}
	if got := s.Medians()["a"]; got != time.Second {
		t.Error(got)
	}
	for i := range 1025 {
		s.Begun(fmt.Sprint("pending", i), placement.Wait{Account: "d", At: now})
	}
	s.Active("pending1024", now) // was one too many
	if _, known := s.Medians()["d"]; known {
		t.Error("waits for any number of machines")
	}
	s.Begun("later", placement.Wait{Account: "d", At: now.Add(2 * time.Hour)})
	s.Active("later", now.Add(2*time.Hour+time.Second))
	if s.Medians()["d"] != time.Second {
		t.Error("what is overdue takes the place of others")
	}
}
