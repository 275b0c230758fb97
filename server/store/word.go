package store

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// Bounds of the index of words: longer words are cut, and so are texts with
// more different words. A search uses the longest few words of what was typed.
const (
	longestWord = 48
	mostWords   = 4000
	searchWords = 4
)

// letters maps what has no accent to strip. Schwa is special: Azerbaijani names
// are written with e in Turkish and with a in passports, so both are indexed.
var letters = strings.NewReplacer(
	"ı", "i", "ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ħ", "h", "ə", "e",
)

// fold brings a text to the form in which words are compared: no case, no
// accents, dotless i as i.
func fold(s string) string {
	if isPlain(s) {
		return strings.ToLower(s)
	}
	s = norm.NFKD.String(strings.ToLower(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	return letters.Replace(s)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// split cuts a folded text into runs of letters and digits.
func split(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// words collects the different words of an entity.
type words map[string]bool

func newWords() words { return make(words) }

func (w words) add(word string) {
	if word != "" && len(w) < mostWords {
		w[word[:min(len(word), longestWord)]] = true
	}
}

func (w words) text(texts ...string) {
	for _, s := range texts {
		for _, word := range split(fold(s)) {
			w.add(word)
			if isNumber(word) {
				w.add(trimZeros(word))
			}
		}
		if strings.ContainsAny(s, "əƏ") {
			for _, word := range split(fold(strings.NewReplacer("ə", "a", "Ə", "A").Replace(s))) {
				w.add(word)
			}
		}
	}
}

// id adds an id in one piece: it is searched as it was copied.
func (w words) id(ids ...string) {
	for _, s := range ids {
		w.add(strings.Join(split(fold(s)), ""))
	}
	w.text(ids...)
}

// number adds a telephone number as it was typed, in E.164 form, and without
// the country code, all without leading zeros: a search leaves them out, too.
func (w words) number(typed, e164 string) {
	w.add(trimZeros(digits(typed)))
	w.add(trimZeros(digits(e164)))
	if p, err := phonenumbers.Parse(e164, ""); err == nil {
		w.add(trimZeros(phonenumbers.GetNationalSignificantNumber(p)))
	}
}

func isNumber(word string) bool { return digits(word) == word }

func trimZeros(digits string) string { return strings.TrimLeft(digits, "0") }

// changes compares with the stored words.
func (w words) changes(old [][]byte) (added, dropped [][]byte) {
	kept := make(map[string]bool, len(old))
	for _, b := range old {
		if w[string(b)] {
			kept[string(b)] = true
		} else {
			dropped = append(dropped, b)
		}
	}
	for s := range w {
		if !kept[s] {
			added = append(added, []byte(s))
		}
	}
	// Neighbours in the index are written together.
	slices.SortFunc(added, bytes.Compare)
	return added, dropped
}

// eights groups words for statements that take eight; the last one repeats its
// first word.
func eights(list [][]byte) [][8][]byte {
	var groups [][8][]byte
	for len(list) > 0 {
		var g [8][]byte
		n := copy(g[:], list)
		for i := n; i < len(g); i++ {
			g[i] = g[0]
		}
		groups = append(groups, g)
		list = list[n:]
	}
	return groups
}

// A prefix is a range of words: from low, before high.
type prefix struct{ low, high []byte }

// prefixes turns what was typed into ranges, the longest word first because it
// finds least; unused ranges hold every word. Digits that are typed in groups
// are one number; its leading zeros do not count. None are returned when nothing can be searched.
func prefixes(typed string) *[searchWords]prefix {
	var list []string
	for _, word := range split(fold(typed)) {
		if n := len(list); n > 0 && isNumber(word) && isNumber(list[n-1]) {
			list[n-1] += word
		} else {
			list = append(list, word)
		}
	}
	for i, word := range list {
		if isNumber(word) {
			list[i] = trimZeros(word)
		}
	}
	list = slices.DeleteFunc(list, func(word string) bool { return word == "" })
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	var ranges [searchWords]prefix
	for i := range ranges {
		// No word begins with byte 0 and none holds byte 0xff.
		ranges[i] = prefix{low: []byte{0}, high: []byte{0xff}}
		if i < len(list) {
			low := []byte(list[i][:min(len(list[i]), longestWord)])
			ranges[i] = prefix{low: low, high: append(bytes.Clone(low), 0xff)}
		}
	}
	return &ranges
}
