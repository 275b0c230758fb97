package routing

import "parley/server/domain"

// ring holds agents by name and finds the next after a name in O(log n). It is
// a treap: a search tree by name that is a heap by scattered weights, which
// keeps it balanced without bookkeeping. A heap cannot serve round robin:
// several lines of a queue share the place in the round, and a step in one
// would reorder the others.
type ring struct {
	root *seat
	size int
}

// scatter spreads the numbers 1, 2, 3 over all of uint64, the same way each run.
func scatter(n uint64) uint64 {
	n *= 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

func (r *ring) add(s *seat) {
	left, right := split(r.root, s.agent.user)
	r.root = merge(merge(left, s), right)
	r.size++
	s.at = 0
}

func (r *ring) remove(s *seat) {
	at := &r.root
	for *at != s {
		if s.agent.user < (*at).agent.user {
			at = &(*at).left
		} else {
			at = &(*at).right
		}
	}
	*at = merge(s.left, s.right)
	r.size--
	s.left, s.right, s.at = nil, nil, -1
}

// after returns the next agent after a name, round the ring, who has not passed
// the contact over.
func (r *ring) after(name domain.UserID, passedOver []domain.UserID) *seat {
	if s := next(r.root, name, passedOver); s != nil {
		return s
	}
	return next(r.root, "", passedOver)
}

func next(s *seat, name domain.UserID, passedOver []domain.UserID) *seat {
	if s == nil {
		return nil
	}
	if s.agent.user > name {
		if found := next(s.left, name, passedOver); found != nil {
			return found
		}
		if !s.passed(passedOver) {
			return s
		}
	}
	return next(s.right, name, passedOver)
}

// split parts a tree into the names before a name and the others.
func split(s *seat, name domain.UserID) (before, others *seat) {
	if s == nil {
		return nil, nil
	}
	if s.agent.user < name {
		s.right, others = split(s.right, name)
		return s, others
	}
	before, s.left = split(s.left, name)
	return before, s
}

// merge joins two trees; every name of a comes before every one of b.
func merge(a, b *seat) *seat {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.weight > b.weight:
		a.right = merge(a.right, b)
		return a
	default:
		b.left = merge(a, b.left)
		return b
	}
}
