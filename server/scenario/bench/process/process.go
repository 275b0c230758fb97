// Package process starts the programs that are measured, and ends them, by
// process id. A program that does not end politely is ended by force.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long a program may take to end.
const patience = 10 * time.Second

// Process is a running program.
type Process struct {
	PID int
	// Log is the file with all the program says.
	Log  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a program with its output in a file of dir.
func Start(dir, name string, args ...string) (*Process, error) {
	file, err := os.CreateTemp(dir, filepath.Base(name)+"-*.log")
	if err != nil {
		return nil, fmt.Errorf("make a log: %w", err)
	}
	defer func() { _ = file.Close() }()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{PID: cmd.Process.Pid, Log: file.Name(), cmd: cmd, done: make(chan struct{})}
	go func() {
		// How it ended is in its log.
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Running says whether the program has not ended by itself.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stop ends the program and waits for it.
func (p *Process) Stop() {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return
	}
	select {
	case <-p.done:
		return
	case <-time.After(patience):
	}
	// It may end by itself at this moment, which is as good.
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Await asks until the answer is yes, and gives up when the program ends or
// time is over.
func (p *Process) Await(limit time.Duration, ready func() bool) error {
	deadline := time.Now().Add(limit)
	for !ready() {
		if !p.Running() {
			return fmt.Errorf("%s has ended while starting; it said: %s", p.cmd.Path, p.tail())
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s was not ready after %v; it said: %s", p.cmd.Path, limit, p.tail())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// tail is the end of the log.
func (p *Process) tail() string {
	data, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-1000):])
}
