package notify

import (
	"fmt"
	"os"
	"path/filepath"
)

// busVariable names the address of the session's message bus.
const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// StartNoBus keeps this process from starting a message bus, which nobody would
// end, where there is none: the toolkit looks for one too. It is called before the
// toolkit starts.
func StartNoBus() error {
	if hasBus() {
		return nil
	}
	if err := os.Setenv(busVariable, "disabled:"); err != nil {
		return fmt.Errorf("do without a message bus: %w", err)
	}
	return nil
}

// hasBus says whether a message bus runs for this user.
func hasBus() bool {
	if os.Getenv(busVariable) != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}
