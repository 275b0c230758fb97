package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// holdDisplay stays connected to the display: one in memory begins anew when its
// last client leaves, and refuses clients in that moment.
func holdDisplay() (io.Closer, error) {
	name := os.Getenv("DISPLAY")
	number, local := strings.CutPrefix(name, ":")
	if !local {
		return nil, fmt.Errorf("there is no display on this machine (DISPLAY=%q); .make/bench makes one", name)
	}
	number, _, _ = strings.Cut(number, ".")
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+number)
	if err != nil {
		return nil, fmt.Errorf("connect to the display: %w", err)
	}
	// Little endian, X11, without authorization.
	hello := [12]byte{'l', 0, 11}
	if _, err := conn.Write(hello[:]); err != nil {
		return nil, errors.Join(fmt.Errorf("greet the display: %w", err), conn.Close())
	}
	var answer [8]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return nil, errors.Join(fmt.Errorf("greet the display: %w", err), conn.Close())
	}
	if answer[0] != 1 {
		return nil, errors.Join(fmt.Errorf("the display %s refuses us", name), conn.Close())
	}
	return conn, nil
}
