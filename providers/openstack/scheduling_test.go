package openstack_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"occigate/providers"
	cloudsim "occigate/test/cloudsim/openstack"
)

// TestScheduling follows two servers, of which no host has room for one.
func TestScheduling(t *testing.T) {
	s := newSite(t)
	s.AddFlavor(cloudsim.Flavor{Name: "huge", VCPUs: 1 << 10, MemoryMiB: 512, DiskGiB: 1})
	p := s.adapter(t, s.settings())
	var ids []string
	for _, size := range []string{"m1.tiny", "huge"} {
		made, _, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: "of-" + size, ImageID: s.image, SizeID: size})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	for _, want := range [][]string{{"false", "false"}, {"true", "false"}, {"true", "true, scheduling: quota: No valid host was found."}} {
		for i, id := range ids {
			found, err := p.Scheduling(t.Context(), id)
			got := fmt.Sprint(found.Over)
			if found.Refusal != nil {
				got += ", " + found.Refusal.Error()
			}
			if err != nil || got != want[i] {
				t.Errorf("server %d: %s, %v, want %s", i+1, got, err, want[i])
			}
		}
		s.Pass(transition / 2)
	}
	if _, err := p.DeleteServer(t.Context(), ids[1]); err != nil {
		t.Error(err)
	}
	if _, err := p.Scheduling(t.Context(), ids[1]); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("of a deleted server: %v", err)
	}
}

// TestOnlyAServerThatNeverRanWasRefused takes no other error for a want of room: what
// is refused is deleted.
func TestOnlyAServerThatNeverRanWasRefused(t *testing.T) {
	const noHost, ran = `"fault": {"message": "No valid host was found. There are not enough hosts available."}`, `"OS-SRV-USG:launched_at": "2026-11-23T15:21:33.000000"`
	for row, want := range map[string]providers.Scheduling{
		`"status": "BUILD", "OS-EXT-STS:task_state": "scheduling"`: {},
		`"status": "BUILD", "OS-EXT-STS:task_state": null`:         {Over: true},
		`"status": "BUILD", "OS-EXT-STS:task_state": "networking"`: {Over: true},
		`"status": "ACTIVE", ` + ran + `, ` + noHost:               {Over: true}, // of a resize
		`"status": "ERROR", ` + ran + `, ` + noHost:                {Over: true}, // of a migration
		`"status": "ERROR", ` + noHost:                             {Over: true, Refusal: providers.ErrQuota},
		`"status": "ERROR"`:                                        {Over: true},
		`"status": "ERROR", "fault": {"message": "Build of instance x aborted: Failed to allocate the network(s), not rescheduling."}`: {Over: true},
		`"status": "ERROR", "fault": {"message": "Exceeded maximum number of retries."}`:                                               {Over: true},
		`"status": "ERROR", "fault": {"message": "Quota exceeded for instances: Requested 1, but already used 11 of 10 instances"}`:    {Over: true, Refusal: providers.ErrQuota},
	} {
		s := newStub(t)
		s.paths["GET /compute/v2.1/servers/s1"] = says(http.StatusOK, `{"server": {"id": "s1", "flavor": {"original_name": "m1"}, `+row+`}}`)
		got, err := s.adapter(t).Scheduling(t.Context(), "s1")
		if err != nil || got.Over != want.Over || !errors.Is(got.Refusal, want.Refusal) {
			t.Errorf("%s: %+v, %v, want %+v", row, got, err, want)
		}
	}
}
