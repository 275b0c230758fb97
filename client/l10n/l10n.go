// Package l10n speaks the languages of the desktop: messages from the catalogues
// in assets/locales, and numbers, durations, dates and telephone numbers as each
// language writes them.
//
// A catalogue is one flat JSON object of key and text. A text has placeholders
// in braces, "{name}". A key that ends in "#one" or "#other" is one plural form
// of the key before the sign; the argument "count" chooses the form. English has
// every key; a test keeps the other catalogues equal to it.
package l10n

import (
	"encoding/json"
	"fmt"
	"strings"

	"parley/assets"
)

// Languages are the languages that have a catalogue; the first is the fallback.
func Languages() []string { return []string{"en", "tr", "nl", "az", "fr"} }

// LanguageName is a language's own name for itself.
func LanguageName(lang string) string {
	switch lang {
	case "tr":
		return "Türkçe"
	case "nl":
		return "Nederlands"
	case "az":
		return "Azərbaycanca"
	case "fr":
		return "Français"
	}
	return "English"
}

// Key names a message.
type Key string

// Printer speaks one language. It is safe for concurrent use.
type Printer struct {
	lang  string
	texts map[Key]string
}

// New makes a printer for a language as "tr", "tr-TR" or "tr_TR.UTF-8"; a
// language without a catalogue gives English.
func New(lang string) *Printer {
	p := &Printer{lang: Match(lang)}
	texts, err := Catalogue(p.lang)
	if err != nil {
		// Keys are shown instead of texts; the catalogues are embedded and tested.
		return p
	}
	p.texts = texts
	return p
}

// Catalogue reads the messages of one language.
func Catalogue(lang string) (map[Key]string, error) {
	data, err := assets.FS.ReadFile("locales/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("read catalogue %s: %w", lang, err)
	}
	texts := map[Key]string{}
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, fmt.Errorf("parse catalogue %s: %w", lang, err)
	}
	return texts, nil
}

// Match finds the language among those with a catalogue.
func Match(lang string) string {
	base := strings.ToLower(lang)
	if i := strings.IndexAny(base, "-_.@"); i >= 0 {
		base = base[:i]
	}
	for _, l := range Languages() {
		if l == base {
			return l
		}
	}
	return Languages()[0]
}

// Language is the printer's language.
func (p *Printer) Language() string { return p.lang }

// T is the message of a key. Arguments come in pairs of placeholder name and
// value. A key without a message is returned itself.
func (p *Printer) T(key Key, args ...any) string {
	text, ok := p.texts[key]
	if !ok {
		text, ok = p.texts[key+Key(pluralForm(p.lang, args))]
	}
	if !ok {
		return string(key)
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", args[i]), p.value(args[i+1]))
	}
	return text
}

func (p *Printer) value(v any) string {
	switch n := v.(type) {
	case int:
		return p.Number(n)
	case string:
		return n
	}
	return fmt.Sprint(v)
}

// pluralForm chooses by the argument named count. French counts zero as one.
func pluralForm(lang string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		n, ok := args[i+1].(int)
		if args[i] != "count" || !ok {
			continue
		}
		if n == 1 || n == 0 && lang == "fr" {
			return "#one"
		}
	}
	return "#other"
}
