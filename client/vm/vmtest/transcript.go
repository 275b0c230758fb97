package vmtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"parley/client/model"
)

// Subject is a screen under test.
type Subject struct {
	// World and Phone take events; Do takes the steps of the screen itself and
	// says whether it knows the step.
	World func(model.World)
	Phone func(model.PhoneState)
	Do    func(words []string) bool
	// Show writes the state.
	Show func() string
	// AnyOrder is for screens that ask for several things at once.
	AnyOrder bool
	Close    func()
}

// Transcripts runs every testdata/*.txtar. With UPDATE=1 in the environment the
// files are written anew, to be read before they are kept.
func Transcripts(t *testing.T, open func(*testing.T, *Ports) Subject) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { play(t, archive, open) })
			if os.Getenv("UPDATE") == "1" {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func play(t *testing.T, archive *txtar.Archive, open func(*testing.T, *Ports) Subject) {
	t.Helper()
	ports := NewPorts()
	world := NewWorld()
	subject := open(t, ports)
	defer subject.Close()
	for n := range archive.Files {
		f := &archive.Files[n]
		if err := step(f.Name, ports, world, subject); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		synctest.Wait()
		got := subject.Show()
		calls := ports.Calls()
		if subject.AnyOrder {
			slices.Sort(calls)
		}
		for _, c := range calls {
			got += "call " + c + "\n"
		}
		if os.Getenv("UPDATE") == "1" {
			f.Data = []byte(got)
			continue
		}
		if diff := cmp.Diff(string(f.Data), got); diff != "" {
			t.Errorf("after %q (-want +got):\n%s", f.Name, diff)
		}
	}
}

// step carries out one step; several are joined by "; ".
func step(name string, ports *Ports, world *World, subject Subject) error {
	for one := range strings.SplitSeq(name, "; ") {
		words := strings.Fields(one)
		switch words[0] {
		case "world":
			if len(words) > 1 {
				if err := world.Edit(strings.TrimPrefix(one, "world ")); err != nil {
					return err
				}
			}
			subject.World(world.W)
		case "wait":
			d, err := time.ParseDuration(words[1])
			if err != nil {
				return fmt.Errorf("read step: %w", err)
			}
			Pass(d)
		case "fail":
			ports.SetFail(words[1], &model.Error{Kind: model.KindUnavailable, Text: "away"})
		case "works":
			ports.SetFail(words[1], nil)
		case "no-device":
			subject.Phone(model.PhoneState{Problem: model.DeviceNone})
		default:
			if !subject.Do(words) {
				return fmt.Errorf("unknown step")
			}
			synctest.Wait()
		}
	}
	return nil
}
