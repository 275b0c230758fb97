package routing

import (
	"slices"
	"strconv"
	"strings"

	"parley/server/domain"
)

// need is a skill with the least level.
type need struct {
	skill domain.Skill
	level int
}

// scratch is memory that is used again for the key of each contact's line.
type scratch struct {
	list []need
	key  []byte
}

// needs returns what the queue and the contact ask for together, the greater
// level of a skill that both name, and a key that is the same for the same
// needs and channel. Both are good until the next call.
func (s *scratch) needs(ch domain.Channel, sets ...map[domain.Skill]int) ([]need, []byte) {
	s.list = s.list[:0]
	for _, set := range sets {
		for skill, level := range set {
			s.list = append(s.list, need{skill, level})
		}
	}
	slices.SortFunc(s.list, func(a, b need) int {
		if c := strings.Compare(string(a.skill), string(b.skill)); c != 0 {
			return c
		}
		return b.level - a.level
	})
	s.list = slices.CompactFunc(s.list, func(a, b need) bool { return a.skill == b.skill })
	s.key = strconv.AppendQuote(s.key[:0], string(ch))
	for _, n := range s.list {
		s.key = strconv.AppendQuote(s.key, string(n.skill))
		s.key = strconv.AppendInt(s.key, int64(n.level), 10)
	}
	return s.list, s.key
}
