// Package archtest checks what keeps the system simple to change: who may import
// whom, that rules are pure, and sizes. The tables are in rules_test.go, each
// row with its reason; a package that is not in the table is not allowed.
//
// The sources are parsed, not built, so that files of every system and build tag
// are seen. Files of tests may import what they like.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "parley/"

// source is one parsed file.
type source struct {
	// name is the path below the module, dir its package.
	name, dir string
	file      *ast.File
	test      bool
	generated bool
	lines     int
}

var fset = token.NewFileSet()

// tree parses every file of the module, once.
var tree = sync.OnceValues(func() ([]source, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	var all []source
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == root {
			return err
		}
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, err := parse(root, name)
		all = append(all, s)
		return err
	})
	return all, err
})

func parse(root, name string) (source, error) {
	f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	rel, err := filepath.Rel(root, name)
	rel = filepath.ToSlash(rel)
	return source{
		name: rel, dir: path.Dir(rel), file: f,
		test:      strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(f),
		lines:     fset.File(f.Pos()).LineCount(),
	}, err
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fs.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// sources returns the files that are part of a program.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(s source) bool { return s.test })
}

// written returns the files that people wrote.
func written(t *testing.T) []source {
	t.Helper()
	return slices.DeleteFunc(sources(t), func(s source) bool { return s.generated })
}

func (s source) imports() []string {
	var r []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			r = append(r, p)
		}
	}
	return r
}

// matches says whether a path fits a pattern, which ends with "/..." for itself
// and all below.
func matches(pattern, p string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return p == base || below && strings.HasPrefix(p, base+"/")
}

func matchesAny(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(x string) bool { return matches(x, p) })
}

// complaint returns what is wrong with dir importing another of our packages,
// empty if nothing.
func complaint(dir, imported string) string {
	for _, r := range rules {
		if !matches(r.pattern, dir) {
			continue
		}
		for _, may := range r.may {
			if may == "./..." {
				may = dir + "/..."
			}
			if matches(may, imported) {
				return ""
			}
		}
		return dir + " must not import " + imported + ": " + r.reason
	}
	return dir + " is in no rule: add it to the table in rules_test.go, with the reason"
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/b", "a/bc", false},
		{"a/b/...", "a/b", true},
		{"a/b/...", "a/b/c/d", true},
		{"a/b/...", "a/bc", false},
		{"a/b/...", "a", false},
	} {
		if got := matches(c.pattern, c.path); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

func TestTableMeansWhatTheArchitectureSays(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		may           bool
	}{
		{"server/domain", "server/domain/agent", false},
		{"server/domain/agent", "server/domain/contact", true},
		{"server/domain/agent", "server/store", false},
		{"server/service/calls", "server/service/work", false},
		{"server/service/calls", "server/service/calls/inner", true},
		{"server/service/calls", "server/store/storesql", false},
		{"server/bus", "server/domain/agent", false},
		{"server/voice/media", "client/phone/codec", true},
		{"server/voice/media", "client/phone/rtc", false},
		{"server/store", "client/model", false},
		{"server/cmd/parleyctl", "client/phone/rtc", true},
		{"server/cmd/parleyd", "client/gateway", false},
		{"client/vm/desk", "client/gateway", false},
		{"client/gateway", "server/domain", false},
		{"client/fyneui/screen", "client/app", false},
		{"client/phone/codec", "client/model", false},
		{"client/cmd/parley", "client/gnomeui", false},
		{"server/helpers", "server/domain", false},
	} {
		if got := complaint(c.dir, c.imported); (got == "") != c.may {
			t.Errorf("%s imports %s: %q", c.dir, c.imported, got)
		}
	}
}

func TestImportsOfOurs(t *testing.T) {
	for _, s := range sources(t) {
		if c := complaint(s.dir, s.dir); strings.Contains(c, "in no rule") {
			t.Errorf("%s: %s", s.name, c)
			continue
		}
		for _, i := range s.imports() {
			if ours, is := strings.CutPrefix(i, module); is {
				if c := complaint(s.dir, ours); c != "" {
					t.Errorf("%s: %s", s.name, c)
				}
			}
		}
	}
}

func TestForeignLibrariesStayBehindTheirSeams(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports() {
			for _, x := range seams {
				if matches(x.library, i) && !matchesAny(x.in, s.dir) {
					t.Errorf("%s: %s belongs in %s: %s", s.name, i, strings.Join(x.in, ", "), x.reason)
				}
			}
		}
	}
}

func TestNothingIsReplaced(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 0 && f[0] == "replace" {
			t.Errorf("go.mod: %s: what we build must be what everyone gets", strings.TrimSpace(line))
		}
	}
}
