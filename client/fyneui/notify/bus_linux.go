package notify

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

// busVariable names the address of the session's message bus.
const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// StartNoBus keeps this process from starting a message bus, which nobody would
// end, where there is none: the toolkit looks for one too. It is called before the
// toolkit starts.
func StartNoBus() error {
	if busAddress() != "" {
		return nil
	}
	if err := os.Setenv(busVariable, "disabled:"); err != nil {
		return fmt.Errorf("do without a message bus: %w", err)
	}
	return nil
}

// busAddress is where the message bus of this user is; empty when none runs.
func busAddress() string {
	if address := os.Getenv(busVariable); address != "" {
		return address
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, "bus")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(path)
}
