// Package measure holds what the benchmarks compute with: quantiles, ratios of
// pairs, and what the kernel says of a process's CPU time and memory.
//
// A shared machine is noisy, so single figures say little. Two sides are
// measured in turns, and each pair of neighbouring runs gives one ratio.
package measure

import (
	"fmt"
	"slices"
	"time"
)

// Times are durations of one thing that happened many times.
type Times []time.Duration

// Quantile returns the value that the part q of all does not exceed, 0 if there
// are none.
func (t Times) Quantile(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[int(q*float64(len(sorted)-1))]
}

// Median of figures, 0 if there are none.
func Median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(figures))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// Ratio says how two sides that were measured in turns compare.
type Ratio struct{ Median, Least, Greatest float64 }

// Compare divides each figure of ours by its neighbour of the peer. Pairs
// without both figures are left out.
func Compare(ours, peer []float64) Ratio {
	var all []float64
	for i := range min(len(ours), len(peer)) {
		if ours[i] > 0 && peer[i] > 0 {
			all = append(all, ours[i]/peer[i])
		}
	}
	if len(all) == 0 {
		return Ratio{}
	}
	return Ratio{Median: Median(all), Least: slices.Min(all), Greatest: slices.Max(all)}
}

// String gives the median and the spread.
func (r Ratio) String() string {
	if r == (Ratio{}) {
		return "none"
	}
	return fmt.Sprintf("%s (%s-%s)", short(r.Median), short(r.Least), short(r.Greatest))
}

// short gives three figures that count.
func short(v float64) string { return fmt.Sprintf("%.3g", v) }

// Milliseconds gives three figures of a duration, in milliseconds.
func Milliseconds(d time.Duration) string { return short(float64(d)/1e6) + " ms" }
