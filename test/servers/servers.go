// Package servers starts programs of others that tests work against, each on a
// loopback port of its own, lets tests kill, pause and restart them, and ends
// them by their process id. A program that is missing fails the test with what
// to install.
package servers

import (
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// patience bounds every wait for a program.
const patience = 2 * time.Minute

// Address is a port of 127.0.0.1 for a program that cannot tell which one it took,
// for TCP, free until the test ends. It lies below those that systems give to
// whoever asks for any, as every connection does: none of them takes it before the
// program has it, or while the program is killed and not started again yet. Nor
// does another test, also of another process: the test holds the port of UDP.
func Address(t testing.TB) string {
	t.Helper()
	const first, beyond, tries = 10000, 32000, 100
	for range tries {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(beyond-first)))
		held, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		t.Cleanup(func() { held.Close() })
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatalf("no free port among %d to %d", first, beyond)
	return ""
}

// Moto starts the moto server, an EC2 that others wrote, with its checks of
// images and types on, and returns its URL once it answers.
func Moto(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(root(t), ".venv", "moto", "bin", "moto_server")
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("no moto server (%v), run: make test-setup", err)
	}
	address := Address(t)
	host, port, _ := net.SplitHostPort(address)
	env := []string{"MOTO_ENABLE_AMI_VALIDATION=true", "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION=true"}
	Start(t, env, binary, "--host", host, "--port", port)
	Eventually(t, "moto_server answers", func() bool {
		resp, err := http.Get("http://" + address + "/moto-api/")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	return "http://" + address
}

// root is the top folder of the project.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test's folder")
	return ""
}

// Eventually waits until something is true, and fails with its name when it
// does not become so.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
