// Package servers starts programs of others that tests work against, each on a
// loopback port of its own, and ends them by their process id. A program that
// is missing fails the test with what to install.
package servers

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds the start of a program.
const patience = 60 * time.Second

// Address is a free port of 127.0.0.1.
func Address(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Start runs a program with further variables in its environment until the test
// ends. What it printed last is logged when the test has failed.
func Start(t testing.TB, env []string, binary string, args ...string) *os.Process {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), env...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it ends by being killed
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(binary), tail(said.String()))
		}
	})
	return cmd.Process
}

func tail(text string) string { return text[max(0, len(text)-4000):] }

// RedisServer runs redis-server with only the given arguments.
func RedisServer(t testing.TB, args ...string) *os.Process {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is missing; install it: apt-get install redis-server")
	}
	return Start(t, nil, binary, args...)
}

// Redis starts a redis-server that keeps nothing on disk, with further options,
// and returns its address once something listens there.
func Redis(t testing.TB, options ...string) (address string, process *os.Process) {
	t.Helper()
	address = Address(t)
	_, port, _ := net.SplitHostPort(address)
	process = RedisServer(t, append([]string{
		"--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
	}, options...)...)
	Eventually(t, "redis-server listens", func() bool { return listens(address) })
	return address, process
}

func listens(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err == nil {
		conn.Close()
	}
	return err == nil
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
