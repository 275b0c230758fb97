package routing

import (
	"container/heap"
	"slices"

	"parley/server/domain"
	"parley/server/domain/queue"
)

// seat is the place of an agent in a line.
type seat struct {
	agent *agentRecord
	line  *line
	// at is the index in the heap, 0 in a ring, -1 outside.
	at int
	// left, right and weight are those of a ring.
	left, right *seat
	weight      uint64
	// skills is what levels returned; a seat is given up when skills change.
	skills map[string]int
}

// levels returns the agent's levels of the skills the line needs, made once.
func (s *seat) levels() map[string]int {
	if s.skills == nil && len(s.line.needs) > 0 {
		s.skills = make(map[string]int, len(s.line.needs))
		for _, n := range s.line.needs {
			s.skills[string(n.skill)], _ = s.agent.level(n.skill)
		}
	}
	return s.skills
}

func (s *seat) passed(over []domain.UserID) bool {
	return len(over) > 0 && slices.Contains(over, s.agent.user)
}

// placed is a seat in a heap, beside what it is ordered by, so that comparing
// does not fetch the agent's record.
type placed struct {
	first, second int64
	seat          *seat
}

// placement says what the strategy orders an agent by: the smaller first, then the
// smaller second, then the name, so that no two agents are equal.
func placement(s *seat) placed {
	a := s.agent
	switch s.line.queue.strategy {
	case queue.LeastBusy:
		return placed{int64(a.openWork), a.lastWork, s}
	case queue.LongestIdle:
		return placed{a.lastFree, a.signedIn, s}
	default:
		return placed{int64(a.openWork - a.capacity), a.lastWork, s}
	}
}

func (a *placed) before(b *placed) bool {
	if a.first != b.first {
		return a.first < b.first
	}
	if a.second != b.second {
		return a.second < b.second
	}
	return a.seat.agent.user < b.seat.agent.user
}

// seatHeap has the best agent first.
type seatHeap []placed

func (h seatHeap) Len() int           { return len(h) }
func (h seatHeap) Less(i, j int) bool { return h[i].before(&h[j]) }

func (h seatHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].seat.at, h[j].seat.at = i, j
}

// Push is for container/heap, which is given a seat.
func (h *seatHeap) Push(x any) {
	s, _ := x.(*seat)
	s.at = len(*h)
	*h = append(*h, placement(s))
}

// Pop is for container/heap.
func (h *seatHeap) Pop() any {
	n := len(*h) - 1
	s := (*h)[n].seat
	(*h)[n] = placed{}
	*h = (*h)[:n]
	s.at = -1
	return s
}

// fix moves a seat to where its agent belongs now.
func (h *seatHeap) fix(s *seat) {
	(*h)[s.at] = placement(s)
	heap.Fix(h, s.at)
}

// best returns the place of the best agent below i who has not passed the
// contact over, nil if there is none. It goes below an agent only if he has, so
// it looks at few.
func (h seatHeap) best(i int, passedOver []domain.UserID) *placed {
	if i >= len(h) {
		return nil
	}
	if !h[i].seat.passed(passedOver) {
		return &h[i]
	}
	l, r := h.best(2*i+1, passedOver), h.best(2*i+2, passedOver)
	if l == nil || r != nil && r.before(l) {
		return r
	}
	return l
}

// contactHeap has the contact that came first at its head.
type contactHeap []*contactRecord

func (h contactHeap) Len() int           { return len(h) }
func (h contactHeap) Less(i, j int) bool { return h[i].before(h[j]) }

func (h contactHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push is for container/heap.
func (h *contactHeap) Push(x any) {
	c, _ := x.(*contactRecord)
	c.at = len(*h)
	*h = append(*h, c)
}

// Pop is for container/heap.
func (h *contactHeap) Pop() any {
	n := len(*h) - 1
	c := (*h)[n]
	(*h)[n] = nil
	*h = (*h)[:n]
	return c
}
