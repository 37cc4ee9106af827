package inventory

import (
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/providers"
)

// What every answer says of the accounts must not wait for the writer, which may
// be at work on thousands of rows.
func TestAccountsWaitForNobody(t *testing.T) {
	v, err := New(Options{
		Store:    struct{ store.Store }{},
		Accounts: []Account{{UID: "a", Provider: struct{ providers.Provider }{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	v.feed.mu.Lock()
	defer v.feed.mu.Unlock()
	told := make(chan []Status)
	go func() {
		v.Ask("a", []Kind{KindServer}, time.Now())
		told <- v.Accounts()
	}()
	select {
	case all := <-told:
		if len(all) != 1 || all[0].UID != "a" || all[0].Complete || len(all[0].Parts) == 0 {
			t.Errorf("%+v", all)
		}
	case <-time.After(time.Minute):
		t.Fatal("waits for the writer")
	}
}
