package measure

import (
	"os"
	"slices"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	ms := Times{4, 1, 3, 2, 5}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.95: 4, 1: 5} {
		if got := ms.Quantile(q); got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
	if got := Times(nil).Quantile(0.5); got != 0 {
		t.Errorf("quantile of nothing is %v", got)
	}
}

func TestCompare(t *testing.T) {
	got := Compare([]float64{1, 2, 9, 0}, []float64{10, 10, 10, 10})
	if want := (Ratio{0.2, 0.1, 0.9}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Compare(nil, []float64{1}).String(); got != "none" {
		t.Errorf("without pairs: %s", got)
	}
	if got := Median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of an even number: %v", got)
	}
}

func TestMeasureSelf(t *testing.T) {
	f, err := Measure(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if f.Memory < 1<<20 || f.Processes < 1 {
		t.Errorf("implausible: %+v", f)
	}
	tree, err := Tree(os.Getppid())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(tree, os.Getpid()) {
		t.Errorf("process %d is not among the children of %d: %v", os.Getpid(), os.Getppid(), tree)
	}
	if _, err := CPU(1 << 30); err == nil {
		t.Error("a process that does not exist has CPU time")
	}
}
