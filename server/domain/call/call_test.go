package call

import "testing"

// The numbers go out on the wire: each must be a final status that refuses.
func TestRefusalsAreFinalStatuses(t *testing.T) {
	seen := map[Refusal]bool{0: true}
	for _, r := range []Refusal{UnknownNumber, Busy, TemporarilyUnavailable, Stopping, Declined} {
		if r < 400 || r > 699 || seen[r] {
			t.Errorf("refusal %d is no final status of its own", r)
		}
		seen[r] = true
	}
}
