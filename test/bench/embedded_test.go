package bench

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkEmbedded fills an empty embedded store with 100,000 entities and starts
// from it: figures to set beside those of Redis in [BenchmarkInventory]. Every
// listing is made once, however long it takes to write them all.
func BenchmarkEmbedded(b *testing.B) {
	store := fmt.Sprintf("{embedded: {path: %s}}", filepath.Join(b.TempDir(), "store.db"))
	clouds := furnish(b, large)
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
			p := serve(b, store, clouds, quiet)
			p.complete(b, large)
			took, spent := time.Since(p.begin), p.processor(b)
			settled(b, p)
			b.Logf("all is there after %.1f s, %.1f of the processors; VmRSS %.0f MB, peak %.0f",
				took.Seconds(), spent.Seconds(), p.memory(b, "VmRSS"), p.memory(b, "VmHWM"))
			n := p.listings(b)
			report(b, fmt.Sprint("listings of ", large.clouds, " clouds: ", n), float64(n), atMost, float64(large.clouds*listingsOfACloud))
			p.stop()
		}
	})
	b.Run("start", func(b *testing.B) { starts(b, "file", store, clouds) })
}

// listingsOfACloud is how many show all of one: servers, volumes, networks,
// addresses and the catalogue.
const listingsOfACloud = 5
