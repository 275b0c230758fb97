package vm

// Row is a row of a list with a key that stays the same while its texts change.
type Row interface {
	comparable
	RowKey() string
}

// ChangeKind says what became of a row.
type ChangeKind int

// The kinds.
const (
	RowRemoved ChangeKind = iota
	RowInserted
	RowUpdated
)

// Change is one step from one list to the next. Steps are carried out one after
// another; Index counts in the list as the steps before have left it.
type Change struct {
	Kind  ChangeKind
	Index int
	Key   string
}

// Difference gives the steps from one list to another, by their keys. A row that
// has moved is removed and inserted; rows that stay keep their widgets, selection
// and focus. A shell calls it once for each state it takes over.
func Difference[R Row](before, after []R) []Change {
	keep := stayingKeys(before, after)
	var steps []Change
	var now []R
	for _, r := range before {
		if keep[r.RowKey()] {
			now = append(now, r)
			continue
		}
		steps = append(steps, Change{Kind: RowRemoved, Index: len(now), Key: r.RowKey()})
	}
	at := 0
	for i, r := range after {
		switch {
		case at < len(now) && now[at].RowKey() == r.RowKey():
			if now[at] != r {
				steps = append(steps, Change{Kind: RowUpdated, Index: i, Key: r.RowKey()})
			}
			at++
		default:
			steps = append(steps, Change{Kind: RowInserted, Index: i, Key: r.RowKey()})
		}
	}
	return steps
}

// stayingKeys are the keys in both lists that need not move: the longest run of
// rows of before whose places in after increase.
func stayingKeys[R Row](before, after []R) map[string]bool {
	place := map[string]int{}
	for i, r := range after {
		place[r.RowKey()] = i
	}
	// tails[n] is the row that ends the best run of n+1 rows found so far.
	var tails []int
	previous := make([]int, len(before))
	for i, r := range before {
		p, ok := place[r.RowKey()]
		if !ok {
			continue
		}
		n := 0
		for n < len(tails) && place[before[tails[n]].RowKey()] < p {
			n++
		}
		previous[i] = -1
		if n > 0 {
			previous[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	keep := map[string]bool{}
	if len(tails) == 0 {
		return keep
	}
	for i := tails[len(tails)-1]; i >= 0; i = previous[i] {
		keep[before[i].RowKey()] = true
	}
	return keep
}
