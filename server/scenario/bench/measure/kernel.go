package measure

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the kernel's unit of CPU time in /proc, the same on all of Linux.
const tick = 10 * time.Millisecond

// CPU is the time a process has computed, its threads included.
func CPU(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, fmt.Errorf("read user time: %w", err)
	}
	system, err := strconv.Atoi(fields[12])
	if err != nil {
		return 0, fmt.Errorf("read system time: %w", err)
	}
	return time.Duration(user+system) * tick, nil
}

// stat returns what follows the program's name, which may hold spaces.
func stat(pid int) ([]string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, fmt.Errorf("read process: %w", err)
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 13 {
		return nil, fmt.Errorf("read process %d: too short", pid)
	}
	return fields, nil
}

// Self is the time this process has computed, to the microsecond.
func Self() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Tree returns a process and all that descend from it.
func Tree(root int) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	children := map[int][]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		fields, err := stat(pid)
		if err != nil {
			continue // it has ended meanwhile
		}
		if parent, err := strconv.Atoi(fields[1]); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// Footprint is what a program and its children use: memory in bytes, shared
// pages divided among those who share them (PSS), and CPU time.
type Footprint struct {
	Memory    int64
	CPU       time.Duration
	Processes int
}

// Measure looks at a program and its children.
func Measure(root int) (Footprint, error) {
	var f Footprint
	pids, err := Tree(root)
	if err != nil {
		return f, err
	}
	for _, pid := range pids {
		memory, err := proportional(pid)
		if err != nil {
			continue // it has ended meanwhile
		}
		cpu, err := CPU(pid)
		if err != nil {
			continue
		}
		f.Memory += memory
		f.CPU += cpu
		f.Processes++
	}
	if f.Processes == 0 {
		return f, fmt.Errorf("process %d has ended", root)
	}
	return f, nil
}

func proportional(pid int) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) > 1 && fields[0] == "Pss:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("process %d tells no memory", pid)
}
