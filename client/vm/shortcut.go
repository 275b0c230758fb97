package vm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The preferences that screens keep on this machine.
const (
	PrefShortcuts = "shortcuts"
	PrefTheme     = "theme"
	PrefScale     = "scale"
	PrefLanguage  = "language"
	PrefServer    = "server"
	PrefUser      = "user"
	PrefCapture   = "audio.capture"
	PrefPlayback  = "audio.playback"
	PrefRinger    = "audio.ringer"
)

// ThrottleTime is how long a destructive command is deaf after it has run.
const ThrottleTime = time.Second

// Binding is a command with its keys.
type Binding struct {
	ID   CommandID
	Keys string
}

// DefaultShortcuts are the keys before anybody has changed them, in the order in
// which a table shows them.
func DefaultShortcuts() []Binding {
	return []Binding{
		{CmdAccept, "Ctrl+Shift+A"},
		{CmdReject, "Ctrl+Shift+R"},
		{CmdHangUp, "Ctrl+Shift+K"},
		{CmdHold, "Ctrl+Shift+H"},
		{CmdMute, "Ctrl+Shift+M"},
		{CmdKeypad, "Ctrl+Shift+D"},
		{CmdEnd, "Ctrl+Shift+E"},
		{CmdReady, "Ctrl+Shift+Y"},
		{CmdEndWrapUp, "Ctrl+Shift+W"},
		{CmdExtend, "Ctrl+Shift+X"},
		{CmdConfirm, "Ctrl+Shift+C"},
		{CmdNote, "Ctrl+Shift+N"},
		{CmdSearch, "Ctrl+Shift+F"},
		{CmdHistory, "Ctrl+Shift+L"},
		{CmdOverview, "Ctrl+Shift+I"},
		{CmdNextWork, "Ctrl+Shift+O"},
		{CmdNextTab, "Ctrl+Shift+T"},
		{CmdHelp, "F1"},
	}
}

// Destructive says whether a command ends something, so that a second press
// within ThrottleTime is taken for an accident.
func Destructive(id CommandID) bool {
	switch id {
	case CmdReject, CmdHangUp, CmdEnd, CmdEndWrapUp:
		return true
	}
	return false
}

// Shortcuts are the keys of all commands: the defaults and what the user has
// changed.
type Shortcuts struct {
	changed map[CommandID]string
}

// LoadShortcuts reads the user's changes; what cannot be read counts as none.
func LoadShortcuts(prefs Preferences) Shortcuts {
	s := Shortcuts{changed: map[CommandID]string{}}
	stored := map[CommandID]string{}
	if err := json.Unmarshal([]byte(prefs.Preference(PrefShortcuts)), &stored); err != nil {
		return s
	}
	for id, keys := range stored {
		if canonical, ok := CanonicalKeys(keys); ok || keys == "" {
			s.changed[id] = canonical
		}
	}
	return s
}

// Save keeps the user's changes.
func (s Shortcuts) Save(prefs Preferences) error {
	data, err := json.Marshal(s.changed)
	if err != nil {
		return fmt.Errorf("encode shortcuts: %w", err)
	}
	if err := prefs.SetPreference(PrefShortcuts, string(data)); err != nil {
		return fmt.Errorf("keep shortcuts: %w", err)
	}
	return nil
}

// Keys are the keys of a command; empty means none.
func (s Shortcuts) Keys(id CommandID) string {
	if keys, ok := s.changed[id]; ok {
		return keys
	}
	for _, b := range DefaultShortcuts() {
		if b.ID == id {
			return b.Keys
		}
	}
	return ""
}

// Changed says whether a command's keys are not the default ones.
func (s Shortcuts) Changed(id CommandID) bool {
	_, ok := s.changed[id]
	return ok
}

// Holder is the other command that has the keys; empty if they are free.
func (s Shortcuts) Holder(id CommandID, keys string) CommandID {
	for _, b := range DefaultShortcuts() {
		if b.ID != id && keys != "" && s.Keys(b.ID) == keys {
			return b.ID
		}
	}
	return ""
}

// With gives a command other canonical keys and returns the changed table.
func (s Shortcuts) With(id CommandID, keys string) Shortcuts {
	changed := map[CommandID]string{id: keys}
	for other, k := range s.changed {
		if other != id {
			changed[other] = k
		}
	}
	for _, b := range DefaultShortcuts() {
		if b.ID == id && b.Keys == keys {
			delete(changed, id)
		}
	}
	return Shortcuts{changed: changed}
}

// CanonicalKeys brings keys into the one form "Ctrl+Alt+Shift+Key". A letter or
// digit needs Ctrl or Alt, so that typing never runs a command.
func CanonicalKeys(keys string) (string, bool) {
	parts := strings.Split(strings.ReplaceAll(keys, " ", ""), "+")
	key := strings.ToUpper(parts[len(parts)-1])
	modifiers := map[string]bool{}
	for _, m := range parts[:len(parts)-1] {
		m = strings.ToLower(m)
		if !slices.Contains([]string{"ctrl", "alt", "shift"}, m) || modifiers[m] {
			return "", false
		}
		modifiers[m] = true
	}
	if !usableKey(key, modifiers["ctrl"] || modifiers["alt"]) {
		return "", false
	}
	var out []string
	for _, m := range []string{"Ctrl", "Alt", "Shift"} {
		if modifiers[strings.ToLower(m)] {
			out = append(out, m)
		}
	}
	return strings.Join(append(out, key), "+"), true
}

func usableKey(key string, modified bool) bool {
	if len(key) == 1 {
		letter := key[0] >= 'A' && key[0] <= 'Z' || key[0] >= '0' && key[0] <= '9'
		return letter && modified
	}
	for n := 1; n <= 12; n++ {
		if key == fmt.Sprintf("F%d", n) {
			return true
		}
	}
	return false
}

// Throttle holds back destructive commands that come twice.
type Throttle struct {
	last map[CommandID]time.Time
}

// Allow says whether a command may run now, and remembers that it did.
func (t *Throttle) Allow(id CommandID, now time.Time) bool {
	if !Destructive(id) {
		return true
	}
	if last, ok := t.last[id]; ok && now.Sub(last) < ThrottleTime {
		return false
	}
	if t.last == nil {
		t.last = map[CommandID]time.Time{}
	}
	t.last[id] = now
	return true
}
