package bench

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"occigate/providers/ec2/pricelist"
	"occigate/test/cloudsim/awsprices"
)

// mostHeap is what reading a price list may take, in bytes, whatever its length.
const mostHeap = 200 << 20

// BenchmarkOfferFile reads a price list of a gigabyte, in turn with a bare scan of
// its tokens: at least half as fast, and in bounded memory.
func BenchmarkOfferFile(b *testing.B) {
	file := filepath.Join(b.TempDir(), "offer.json")
	size := offerFile(b, file)
	for b.Loop() {
		var speed ratios
		var heap uint64
		var prices int
		for range rounds {
			bare := timed(func() { scanTokens(b, file) })
			peak := watchHeap()
			ours := timed(func() { prices = readOffer(b, file) })
			heap = max(heap, peak())
			speed = append(speed, bare.Seconds()/ours.Seconds())
			b.Logf("%d MB: bare %s, ours %s, %d prices", size>>20, bare.Round(time.Millisecond), ours.Round(time.Millisecond), prices)
		}
		b.Logf("speed against a bare scan: %s; heap at most %d MB", speed, heap>>20)
		b.ReportMetric(speed.median(), "ratio")
		b.ReportMetric(float64(heap>>20), "heap-MB")
		if speed.median() < 0.5 {
			b.Errorf("%.2f of the speed of a bare scan, want at least 0.5", speed.median())
		}
		if heap > mostHeap {
			b.Errorf("%d MB of heap, want at most %d", heap>>20, mostHeap>>20)
		}
	}
}

// offerFile writes a list of at least a gigabyte.
func offerFile(b *testing.B, name string) int64 {
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := (awsprices.List{Types: 3600, Reserved: true}).Write(f); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	if info.Size() < 1<<30 {
		b.Fatalf("the file has %d bytes, want a gigabyte", info.Size())
	}
	return info.Size()
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func scanTokens(b *testing.B, name string) {
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	dec := jsontext.NewDecoder(bufio.NewReaderSize(f, 256<<10), jsontext.AllowDuplicateNames(true))
	for {
		if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func readOffer(b *testing.B, name string) int {
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	list, err := pricelist.Read(f, pricelist.Wanted{Region: "us-east-1", VolumeType: "gp3"})
	if err != nil {
		b.Fatal(err)
	}
	return len(list.Prices)
}

// watchHeap looks at the heap until the function that it returns is called, which
// gives the most that was there: what is in use and what is not swept yet.
func watchHeap() func() uint64 {
	runtime.GC()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var peak uint64
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-stop:
				tick.Stop()
				most <- peak
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-most
	}
}
