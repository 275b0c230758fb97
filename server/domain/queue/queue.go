// Package queue holds what a queue is set to: which dialled numbers lead to
// it, how it chooses an agent, and its time limits.
package queue

import (
	"time"

	"parley/server/domain"
)

// Strategy is how a queue chooses among agents who can take a contact.
type Strategy string

// The strategies. Ties go to the agent who received work longest ago.
const (
	// MostAvailable takes the greatest capacity minus open work.
	MostAvailable Strategy = "most_available"
	// LeastBusy takes the least open work.
	LeastBusy Strategy = "least_busy"
	// LongestIdle takes who finished work longest ago.
	LongestIdle Strategy = "longest_idle"
	// RoundRobin takes one after the other in the order of names.
	RoundRobin Strategy = "round_robin"
)

// Queue is where contacts wait.
type Queue struct {
	ID       domain.QueueID `json:"id"`
	Version  uint64         `json:"version"`
	Name     string         `json:"name"`
	DNIS     []string       `json:"dnis"`
	Strategy Strategy       `json:"strategy"`
	// Skills an agent needs, with the least level. Every agent of the queue
	// has the skill "queue:ID" by being assigned to it.
	Skills   map[domain.Skill]int `json:"skills,omitempty"`
	Language string               `json:"language"`
	// Priority is added to by one per Ageing waited; greater goes first.
	Priority int           `json:"priority"`
	Ageing   time.Duration `json:"ageing"`
	// RingTimeout is how long one agent rings. After MissLimit misses in a row
	// the agent becomes not ready.
	RingTimeout time.Duration `json:"ring_timeout"`
	MissLimit   int           `json:"miss_limit"`
	// WrapUp is the time limit after a contact; 0 means none. It may be extended
	// by the same time until WrapUpMax.
	WrapUp    time.Duration `json:"wrap_up"`
	WrapUpMax time.Duration `json:"wrap_up_max"`
	// Greeting and Music name prompts; empty means none.
	Greeting string `json:"greeting,omitempty"`
	Music    string `json:"music,omitempty"`
}

// WithDefaults fills in what was left out.
func (q Queue) WithDefaults() Queue {
	if q.Strategy == "" {
		q.Strategy = MostAvailable
	}
	if q.RingTimeout == 0 {
		q.RingTimeout = 15 * time.Second
	}
	if q.MissLimit == 0 {
		q.MissLimit = 1
	}
	if q.WrapUpMax == 0 {
		q.WrapUpMax = 900 * time.Second
	}
	if q.Ageing == 0 {
		q.Ageing = time.Minute
	}
	if q.Language == "" {
		q.Language = "en"
	}
	return q
}

// QueueSkill is the skill every agent of a queue has.
func QueueSkill(id domain.QueueID) domain.Skill { return domain.Skill("queue:" + string(id)) }
