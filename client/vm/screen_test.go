package vm_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/vm"
	"parley/client/vm/vmtest"
)

func TestScreenTakesInputsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []int
		s := vm.NewScreen(vm.SystemClock{}, func(time.Time) (int, bool) { return len(got), false })
		s.Start()
		for n := range 100 {
			s.Post(func() { got = append(got, n) })
		}
		s.Close()
		for n, v := range got {
			if n != v {
				t.Fatalf("input %d came as %d", v, n)
			}
		}
		if s.State() != 100 {
			t.Errorf("the last state is %d: inputs before Close were dropped", s.State())
		}
		s.Post(func() { t.Error("an input ran after Close") })
		s.Close()
	})
}

// TestSlowSubscriberSeesTheLatest: a subscriber that is slower than the inputs
// gets fewer states, and the last one.
func TestSlowSubscriberSeesTheLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, seen, last := 0, 0, 0
		s := vm.NewScreen(vm.SystemClock{}, func(time.Time) (int, bool) { return n, false })
		s.Start()
		cancel := s.Subscribe(func(v int) {
			vmtest.Pass(time.Second)
			seen++
			last = v
		})
		for range 100 {
			s.Post(func() { n++ })
			vmtest.Pass(100 * time.Millisecond)
		}
		vmtest.Pass(10 * time.Second)
		cancel()
		s.Post(func() { n = -1 })
		s.Close()
		if seen < 5 || seen > 20 || last != 100 {
			t.Errorf("seen %d states, the last %d; want about ten, the last 100", seen, last)
		}
	})
}

// TestTimerRunsOnlyWhileSomethingCounts counts the renders.
func TestTimerRunsOnlyWhileSomethingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var renders atomic.Int32
		counting := false
		s := vm.NewScreen(vm.SystemClock{}, func(time.Time) (int, bool) {
			renders.Add(1)
			return 0, counting
		})
		s.Start()
		defer s.Close()
		for _, c := range []struct {
			counting bool
			want     int32
		}{{false, 1}, {true, 61}, {false, 1}} {
			renders.Store(0)
			s.Post(func() { counting = c.counting })
			vmtest.Pass(time.Minute + time.Millisecond)
			synctest.Wait()
			if got := renders.Load(); got != c.want {
				t.Errorf("counting %t: %d renders in a minute, want %d", c.counting, got, c.want)
			}
		}
	})
}

func TestCloseEndsCallsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := vm.NewScreen(vm.SystemClock{}, func(time.Time) (int, bool) { return 0, false })
		s.Start()
		ended := false
		s.Post(func() {
			s.Call(func(ctx context.Context) {
				<-ctx.Done()
				ended = true
			}, func() { t.Error("the answer came after Close") })
			s.After(time.Hour, func() { t.Error("a timer ran after Close") })
		})
		s.Close()
		if !ended {
			t.Error("Close did not wait for the call")
		}
		vmtest.Pass(2 * time.Hour)
	})
}
