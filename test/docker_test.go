package test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDockerfileBuilds runs the build stage of the Dockerfile in a folder that
// holds what a checkout holds, and looks at what the last stage copies from it.
// It needs no container engine.
func TestDockerfileBuilds(t *testing.T) {
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	build, last, found := strings.Cut(string(text), "\nFROM scratch\n")
	if !found {
		t.Fatal("the last stage does not start from scratch")
	}
	source, out := checkout(t), t.TempDir()
	runs := regexp.MustCompile(`(?m)^RUN (.*)$`).FindAllStringSubmatch(build, -1)
	if len(runs) == 0 {
		t.Fatal("the build stage runs nothing")
	}
	for _, run := range runs {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(run[1], "/out/", out+"/"))
		cmd.Dir = source
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("RUN %s: %v\n%s", run[1], err, said)
		}
	}
	for _, copied := range regexp.MustCompile(`(?m)^COPY --from=build .*?/out/(\S+) `).FindAllStringSubmatch(last, -1) {
		if _, err := os.Stat(filepath.Join(out, copied[1])); err != nil {
			t.Errorf("the last stage copies what is not built: %v", err)
		}
	}
	if user := regexp.MustCompile(`(?m)^USER (\S+)$`).FindStringSubmatch(last); user == nil || strings.HasPrefix(user[1], "0") || user[1] == "root" {
		t.Errorf("the image runs as root: USER %v", user)
	}
	program := filepath.Join(out, "occigate")
	static(t, program)
	if said, err := exec.CommandContext(t.Context(), program, "version").CombinedOutput(); err != nil {
		t.Errorf("occigate version: %v\n%s", err, said)
	}
}

// checkout copies the files that git knows or would take, into a folder of its
// own.
func checkout(t *testing.T) string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = ".."
	names, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	folder := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join("..", name))
		if os.IsNotExist(err) {
			continue // removed, and git was not told yet
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// static refuses a program that needs a loader or a library, which an empty
// image does not have.
func static(t *testing.T, program string) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program needs a loader")
		}
	}
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the program needs %v, %v", libraries, err)
	}
}
