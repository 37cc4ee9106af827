package inventory_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing may run on when Run has returned.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
