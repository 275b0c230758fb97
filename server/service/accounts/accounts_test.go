package accounts

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t testing.TB) *Service {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	n := 0
	return New(st, "FR", func() string { n++; return fmt.Sprint("a", n) })
}

func names(t *testing.T, s *Service, text string) string {
	t.Helper()
	hits, _, err := s.Find(t.Context(), text, 10)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, a := range hits {
		found = append(found, a.Name)
	}
	return strings.Join(found, ",")
}

func TestCreateFindAndAddNumber(t *testing.T) {
	s, ctx := newService(t), t.Context()
	ada := account.Account{ID: "ada", Type: account.Person, Name: "Ada Byron", Numbers: []account.Number{{Typed: "01 40 00 00 01"}}}
	for range 2 {
		if err := s.Create(ctx, "emma", "1", ada); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Create(ctx, "emma", "2", ada); domain.KindOf(err) != domain.Conflict {
		t.Error("twice:", err)
	}
	if err := s.Create(ctx, "emma", "3", account.Account{Type: account.Person, Name: "x"}); domain.KindOf(err) != domain.Invalid {
		t.Error("without id:", err)
	}
	for _, cmd := range []domain.CommandID{"4", "5"} {
		if err := s.AddNumber(ctx, "emma", cmd, "ada", "+90 212 555 01 02"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddNumber(ctx, "emma", "6", "ada", "hello"); domain.KindOf(err) != domain.Invalid {
		t.Error("no number:", err)
	}
	a, err := s.Account(ctx, "ada")
	if err != nil || len(a.Numbers) != 2 || a.Numbers[0].E164 != "+33140000001" {
		t.Errorf("%+v, %v", a, err)
	}
	for text, want := range map[string]string{
		"byron": "Ada Byron", "0140000001": "Ada Byron", "+902125550102": "Ada Byron", "nobody": "", "  ": "",
	} {
		if got := names(t, s, text); got != want {
			t.Errorf("%q finds %q", text, got)
		}
	}
}

func TestImport(t *testing.T) {
	s := newService(t)
	file := "\ufeffName, numbers ,City,type\nAda,0140000001;+902125550102,Paris,person\n\"Acme, Ltd\",,Baku,company\n"
	n, wrong, err := s.Import(t.Context(), "admin", strings.NewReader(file))
	if err != nil || len(wrong) > 0 || n != 2 {
		t.Fatal(n, wrong, err)
	}
	if got := names(t, s, "0140000001"); got != "Ada" {
		t.Errorf("found %q", got)
	}
	if got := names(t, s, "acme"); got != "Acme, Ltd" {
		t.Errorf("found %q", got)
	}
}

// One wrong row, and nothing is stored.
func TestImportTellsEveryWrongRow(t *testing.T) {
	s := newService(t)
	file := "name,numbers,type\nAda,,person\n,,person\nBob,hello,person\nEve,,robot\nTom,1\n"
	n, wrong, err := s.Import(t.Context(), "admin", strings.NewReader(file))
	if err != nil || n != 0 {
		t.Fatal(n, err)
	}
	got := ""
	for _, w := range wrong {
		got += fmt.Sprintf("%d:%s ", w.Line, w.Column)
	}
	if got != "3:name 4:numbers 5:type 6: " {
		t.Errorf("%q: %+v", got, wrong)
	}
	if names(t, s, "ada") != "" {
		t.Error("a good row beside wrong ones was stored")
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("cut off") }

func TestImportRefusesFiles(t *testing.T) {
	s := newService(t)
	for what, file := range map[string]io.Reader{
		"empty":          strings.NewReader(""),
		"unknown column": strings.NewReader("name,colour\n"),
		"column twice":   strings.NewReader("name,name\n"),
		"no name":        strings.NewReader("city\nParis\n"),
	} {
		if _, _, err := s.Import(t.Context(), "admin", file); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, wrong, err := s.Import(t.Context(), "admin", strings.NewReader("name\n\"a\nb")); err != nil || len(wrong) != 1 {
		t.Errorf("an open quote: %v, %v", wrong, err)
	}
	cut := io.MultiReader(strings.NewReader("name\nAda\n"), brokenReader{})
	if n, _, err := s.Import(t.Context(), "admin", cut); err == nil || n != 0 {
		t.Errorf("a file that was cut off: %d, %v", n, err)
	}
	if names(t, s, "ada") != "" {
		t.Error("a file that was cut off was stored")
	}
}

func FuzzImport(f *testing.F) {
	f.Add("name,numbers\nAda,0140000001\n")
	f.Add("name\n\"a\"b\n")
	f.Add("type,name\ncompany,x\n,\n")
	s := newService(f)
	f.Fuzz(func(t *testing.T, file string) {
		n, wrong, err := s.Import(t.Context(), "admin", strings.NewReader(file))
		if n > 0 && (err != nil || len(wrong) > 0) {
			t.Errorf("%d imported beside %v and %v", n, wrong, err)
		}
	})
}
