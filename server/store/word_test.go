package store

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	tests := map[string]string{
		"Işık": "isik", "IŞIK": "isik", "ışık": "isik", "İZMİR": "izmir", "Çağrı Öğün": "cagri ogun",
		"Əliyev": "eliyev", "Groß": "gross", "Søren": "soren", "Łódź": "lodz", "Ｆｕｌｌ": "full", "é": "e",
	}
	for in, want := range tests {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) is %q, want %q", in, got, want)
		}
	}
}

// FuzzPrefixes: what is indexed is found by itself and by its beginning.
func FuzzPrefixes(f *testing.F) {
	for _, s := range []string{"Ayşe Işık", "0532 123 45 67", "Əli", "00", "a\x00b", "\xff\xfe", "x y z w v u", "ǅ ﬁ İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ranges := prefixes(s)
		w := newWords()
		w.text(s)
		w.number(s, s)
		if ranges == nil {
			return
		}
		if len(w) == 0 {
			t.Fatalf("%q can be searched and is not indexed", s)
		}
		for _, r := range ranges {
			if bytes.Compare(r.low, r.high) >= 0 {
				t.Errorf("%q: empty range %q to %q", s, r.low, r.high)
			}
		}
		for word := range w {
			if word == "" || word[0] == 0 || bytes.IndexByte([]byte(word), 0xff) >= 0 {
				t.Errorf("%q: word %q breaks the bounds of ranges", s, word)
			}
			if !utf8.ValidString(word) && utf8.ValidString(s) && len(word) < longestWord-utf8.UTFMax {
				t.Errorf("%q: word %q is cut", s, word)
			}
		}
	})
}

func FuzzPageToken(f *testing.F) {
	f.Add(int64(1), "i1")
	f.Add(int64(-5), "a b\x00")
	f.Fuzz(func(t *testing.T, at int64, id string) {
		gotAt, gotID, err := readPageToken(pageToken(at, id))
		if err != nil || gotAt != at || gotID != id {
			t.Errorf("got %d, %q, %v", gotAt, gotID, err)
		}
		if _, _, err := readPageToken(id); err == nil && id == "" {
			t.Error("an empty token is read")
		}
	})
}
