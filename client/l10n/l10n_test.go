package l10n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func placeholders(text string) []string {
	all := placeholder.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func catalogues(t *testing.T) map[string]map[Key]string {
	t.Helper()
	out := map[string]map[Key]string{}
	for _, lang := range Languages() {
		texts, err := Catalogue(lang)
		if err != nil {
			t.Fatal(err)
		}
		out[lang] = texts
	}
	return out
}

func TestCataloguesAreEqual(t *testing.T) {
	all := catalogues(t)
	for lang, texts := range all {
		for key, english := range all["en"] {
			text, ok := texts[key]
			if !ok {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			if strings.TrimSpace(text) == "" || strings.TrimSpace(text) != text {
				t.Errorf("%s: %s is empty or has spaces at an end", lang, key)
			}
			if got, want := placeholders(text), placeholders(english); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the placeholders %v, English has %v", lang, key, got, want)
			}
			if strings.Count(text, "{") != len(placeholder.FindAllString(text, -1)) {
				t.Errorf("%s: %s has a broken placeholder: %s", lang, key, text)
			}
		}
		for key := range texts {
			if _, ok := all["en"][key]; !ok {
				t.Errorf("%s: %s is not in English", lang, key)
			}
		}
	}
}

func TestPluralFormsArePairs(t *testing.T) {
	for key := range catalogues(t)["en"] {
		base, form, ok := strings.Cut(string(key), "#")
		if !ok {
			continue
		}
		for _, f := range []string{"one", "other"} {
			if _, ok := catalogues(t)["en"][Key(base+"#"+f)]; !ok {
				t.Errorf("%s has the form %s and not %s", base, form, f)
			}
		}
	}
}

// use is one call of T in the sources.
type use struct {
	where string
	key   Key
	args  []string
}

// TestKeysAndCode holds the catalogue against the sources of the client: every
// key is used, every used key is there and gets the placeholders it has.
func TestKeysAndCode(t *testing.T) {
	english := catalogues(t)["en"]
	uses, literals := scan(t, "..")
	if len(uses) < 100 {
		t.Fatalf("only %d uses of messages found", len(uses))
	}
	for _, u := range uses {
		text, ok := english[u.key]
		if !ok {
			text, ok = english[u.key+"#other"]
			if ok && !slices.Contains(u.args, "{count}") {
				t.Errorf("%s: %s needs the argument count", u.where, u.key)
			}
		}
		if !ok {
			t.Errorf("%s: %s is not in the catalogue", u.where, u.key)
			continue
		}
		if want := placeholders(text); !slices.Equal(u.args, want) && u.args != nil {
			t.Errorf("%s: %s gets %v, its text has %v", u.where, u.key, u.args, want)
		}
	}
	for key := range english {
		base, _, _ := strings.Cut(string(key), "#")
		if !literals[base] {
			t.Errorf("%s is used nowhere", key)
		}
	}
}

func scan(t *testing.T, root string) (uses []use, literals map[string]bool) {
	t.Helper()
	literals = map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
		if err != nil {
			// Someone is in the middle of an edit; the compiler says so better.
			t.Logf("skip %s: %v", path, err)
			return nil
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				literals[text(lit)] = true
			}
			if call, ok := n.(*ast.CallExpr); ok {
				if u, ok := useOf(call); ok {
					u.where = set.Position(call.Pos()).String()
					uses = append(uses, u)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses, literals
}

func text(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

func useOf(call *ast.CallExpr) (use, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "T" || len(call.Args) == 0 {
		return use{}, false
	}
	key, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return use{}, false
	}
	u := use{key: Key(text(key)), args: []string{}}
	for i := 1; i < len(call.Args); i += 2 {
		if name, ok := call.Args[i].(*ast.BasicLit); ok {
			u.args = append(u.args, "{"+text(name)+"}")
		}
	}
	slices.Sort(u.args)
	return u, true
}

func TestToolbarTextsAreShort(t *testing.T) {
	buttons := []Key{
		"cmd.accept", "cmd.reject", "cmd.hold_short", "cmd.retrieve", "cmd.mute_on", "cmd.mute_off", "cmd.keypad",
		"cmd.hang_up", "agent.ready", "agent.not_ready", "cmd.end_wrap_up", "cmd.extend", "cmd.end",
	}
	for lang, texts := range catalogues(t) {
		sum := 0
		for _, key := range buttons {
			n := len([]rune(texts[key]))
			sum += n
			if n > 20 {
				t.Errorf("%s: %s has %d letters: %s", lang, key, n, texts[key])
			}
		}
		if sum > 150 {
			t.Errorf("%s: the toolbar has %d letters", lang, sum)
		}
	}
}

func TestT(t *testing.T) {
	for _, c := range []struct {
		lang string
		key  Key
		args []any
		want string
	}{
		{"en", "agent.ready", nil, "Ready"},
		{"nl_NL.UTF-8", "agent.ready", nil, "Gereed"},
		{"xx", "agent.ready", nil, "Ready"},
		{"en", "sync.waiting", []any{"count", 1}, "1 change waits"},
		{"en", "sync.waiting", []any{"count", 0}, "0 changes wait"},
		{"fr", "sync.waiting", []any{"count", 0}, "0 modification en attente"},
		{"fr", "sync.waiting", []any{"count", 2}, "2 modifications en attente"},
		{"de", "no.such.key", nil, "no.such.key"},
	} {
		if got := New(c.lang).T(c.key, c.args...); got != c.want {
			t.Errorf("%s %s %v: got %q, want %q", c.lang, c.key, c.args, got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	day := time.Date(2026, 3, 9, 8, 5, 0, 0, time.UTC)
	for _, c := range []struct{ name, got, want string }{
		{"number en", New("en").Number(1234567), "1,234,567"},
		{"number tr", New("tr").Number(-1234), "-1.234"},
		{"number fr", New("fr").Number(65536), "65\u202f536"},
		{"number small", New("en").Number(999), "999"},
		{"timer", New("en").Timer(161 * time.Second), "02:41"},
		{"timer hours", New("en").Timer(3661 * time.Second), "1:01:01"},
		{"timer negative", New("en").Timer(-time.Second), "00:00"},
		{"span", New("tr").Span(150 * time.Second), "2 dk"},
		{"span hours", New("nl").Span(3700 * time.Second), "1 u 1 min"},
		{"span days", New("fr").Span(72 * time.Hour), "3 j"},
		{"date en", New("en").Date(day), "9 Mar 2026"},
		{"date tr", New("tr").DateTime(day), "09.03.2026 08:05"},
		{"date nl", New("nl").Date(day), "09-03-2026"},
		{"date fr", New("fr").Date(day), "09/03/2026"},
		{"percent tr", New("tr").Percent(80), "%80"},
		{"phone", Phone("+33140000001", ""), "+33 1 40 00 00 01"},
		{"phone national", Phone("0140000001", "FR"), "+33 1 40 00 00 01"},
		{"no phone", Phone("anonymous", "FR"), "anonymous"},
		{"e164", E164("01 40 00 00 01", "FR"), "+33140000001"},
		{"no e164", E164("12", "FR"), ""},
		{"language", DisplayLanguage(New("nl"), "fr"), "Frans"},
		{"no language", DisplayLanguage(New("nl"), "?"), "?"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
	for _, lang := range Languages() {
		if LanguageName(lang) == "" || Match(lang) != lang {
			t.Errorf("language %s has no name", lang)
		}
	}
}

func FuzzPhone(f *testing.F) {
	f.Add("+33140000001", "FR")
	f.Add("", "")
	f.Add("tel:+1;ext=9", "US")
	f.Fuzz(func(t *testing.T, number, country string) {
		if e := E164(number, country); e != "" && !strings.HasPrefix(e, "+") {
			t.Errorf("E164(%q) = %q", number, e)
		}
		if number != "" && Phone(number, country) == "" {
			t.Errorf("Phone(%q) is empty", number)
		}
	})
}
