package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// rulesOnly returns the files of the domain.
func rulesOnly(t *testing.T) []source {
	t.Helper()
	return slices.DeleteFunc(sources(t), func(s source) bool { return !matches("server/domain/...", s.dir) })
}

func TestRulesArePure(t *testing.T) {
	for _, s := range rulesOnly(t) {
		for _, i := range s.imports() {
			first, _, _ := strings.Cut(i, "/")
			switch {
			case strings.HasPrefix(i, module), i == "context" && contexts[s.dir] != "":
			case matchesAny(impure, i):
				t.Errorf("%s: a rule must not import %s: state, command and time come in, new state goes out", s.name, i)
			case strings.Contains(first, ".") && !matchesAny(pure, i):
				t.Errorf("%s: a rule must not import %s; libraries that may are listed in rules_test.go", s.name, i)
			}
		}
	}
}

func TestRulesHaveNoClockAndStartNothing(t *testing.T) {
	for _, s := range rulesOnly(t) {
		for _, bad := range restless(s.file) {
			t.Errorf("%s: %s: time is an argument, and a wait is data", fset.Position(bad.at), bad.what)
		}
	}
}

type finding struct {
	at   token.Pos
	what string
}

// restless finds uses of the clock and goroutines.
func restless(f *ast.File) []finding {
	var r []finding
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			r = append(r, finding{n.Pos(), "a goroutine"})
		case *ast.SelectorExpr:
			x, is := n.X.(*ast.Ident)
			if is && x.Name == nameOf(f, "time") && slices.Contains(clocks, n.Sel.Name) {
				r = append(r, finding{n.Pos(), "time." + n.Sel.Name})
			}
		}
		return true
	})
	return r
}

// nameOf returns the name a file calls an imported package of one word by.
func nameOf(f *ast.File, imported string) string {
	for _, i := range f.Imports {
		if i.Path.Value == `"`+imported+`"` {
			if i.Name != nil {
				return i.Name.Name
			}
			return imported
		}
	}
	return ""
}

func TestEveryPackageIsExplainedOnce(t *testing.T) {
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	explained, seen := map[string][]string{}, map[string]bool{}
	for _, s := range all {
		if s.generated {
			continue
		}
		// A package of tests only explains itself in one of them.
		seen[s.dir] = seen[s.dir] || !s.test || s.dir == "server/archtest"
		if s.file.Doc != nil && len(strings.TrimSpace(s.file.Doc.Text())) > 0 {
			explained[s.dir] = append(explained[s.dir], s.name)
		}
	}
	for dir, is := range seen {
		if n := explained[dir]; is && len(n) != 1 {
			t.Errorf("package %s has %d package comments, want exactly one: %s", dir, len(n), strings.Join(n, ", "))
		}
	}
}

func TestNothingRunsByItself(t *testing.T) {
	for _, s := range written(t) {
		for _, d := range s.file.Decls {
			if f, is := d.(*ast.FuncDecl); is && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: an init function hides order; what starts is in boot or app", fset.Position(f.Pos()))
			}
		}
	}
}

func TestNoRegistries(t *testing.T) {
	tables := map[string][]string{}
	for _, s := range written(t) {
		tables[s.dir] = append(tables[s.dir], packageMaps(s.file)...)
	}
	for _, s := range written(t) {
		for _, d := range s.file.Decls {
			if f, is := d.(*ast.FuncDecl); is {
				for _, w := range mapWrites(f, tables[s.dir]) {
					t.Errorf("%s: the package-level map %s is changed: state has an owner", fset.Position(w.at), w.what)
				}
			}
		}
	}
}

// packageMaps returns the names of variables of a file that hold maps.
func packageMaps(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		g, is := d.(*ast.GenDecl)
		if !is || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v, is := spec.(*ast.ValueSpec)
			if !is {
				continue
			}
			for i, name := range v.Names {
				if isMap(v.Type) || i < len(v.Values) && isMap(v.Values[i]) {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

func isMap(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.MapType:
		return true
	case *ast.CompositeLit:
		return isMap(e.Type)
	case *ast.CallExpr:
		return len(e.Args) > 0 && isMap(e.Args[0])
	}
	return false
}

// mapWrites finds changes of the named maps in a function that does not declare
// the name itself.
func mapWrites(f *ast.FuncDecl, names []string) []finding {
	var writes []finding
	local := map[string]bool{}
	note := func(e ast.Expr) {
		if x, is := e.(*ast.Ident); is && slices.Contains(names, x.Name) {
			writes = append(writes, finding{x.Pos(), x.Name})
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, x := range n.Names {
				local[x.Name] = true
			}
		case *ast.ValueSpec:
			for _, x := range n.Names {
				local[x.Name] = true
			}
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if x, is := l.(*ast.Ident); is && n.Tok == token.DEFINE {
					local[x.Name] = true
				}
				if x, is := l.(*ast.IndexExpr); is {
					note(x.X)
				}
			}
		case *ast.IncDecStmt:
			if x, is := n.X.(*ast.IndexExpr); is {
				note(x.X)
			}
		case *ast.CallExpr:
			if x, is := n.Fun.(*ast.Ident); is && (x.Name == "delete" || x.Name == "clear") && len(n.Args) > 0 {
				note(n.Args[0])
			}
		}
		return true
	})
	return slices.DeleteFunc(writes, func(w finding) bool { return local[w.what] })
}

func TestSizes(t *testing.T) {
	for _, s := range written(t) {
		if s.lines > maxFile {
			t.Errorf("%s has %d lines, at most %d: it holds more than one concept", s.name, s.lines, maxFile)
		}
		for _, d := range s.file.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is {
				continue
			}
			if n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, at most %d", fset.Position(f.Pos()), f.Name.Name, n, maxFunction)
			}
		}
	}
}

func parseText(t *testing.T, text string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheChecksFindWhatTheyLookFor(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"import \"time\"\nvar x = time.Now()", []string{"time.Now"}},
		{"import t \"time\"\nfunc f() { _ = t.Since; go f() }", []string{"time.Since", "a goroutine"}},
		{"import \"time\"\nvar x = time.Second\ntype y time.Time", nil},
		{"func f(time y) { time.Now() }", nil},
	} {
		var got []string
		for _, r := range restless(parseText(t, c.text)) {
			got = append(got, r.what)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.text, got, c.want)
		}
	}
	for _, c := range []struct {
		text string
		want int
	}{
		{"var m = map[int]int{}\nfunc f() { m[1] = 2; delete(m, 1) }", 2},
		{"var m = make(map[int]int)\nfunc f() { m[1]++; clear(m) }", 2},
		{"var m = map[int]int{}\nfunc f() { m := map[int]int{}; m[1] = 2 }", 0},
		{"var m = map[int]int{}\nfunc f() int { return m[1] }", 0},
		{"var m []int\nfunc f() { m[1] = 2 }", 0},
	} {
		f, n := parseText(t, c.text), 0
		for _, d := range f.Decls {
			if fn, is := d.(*ast.FuncDecl); is {
				n += len(mapWrites(fn, packageMaps(f)))
			}
		}
		if n != c.want {
			t.Errorf("%s: found %d writes, want %d", c.text, n, c.want)
		}
	}
}
