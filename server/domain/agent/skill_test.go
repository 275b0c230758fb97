package agent_test

import (
	"testing"

	"parley/server/domain"
	"parley/server/domain/agent"
)

func TestCheckSkills(t *testing.T) {
	for skill, ok := range map[domain.Skill]map[int]bool{
		"french":      {1: true, 10: true, 0: false, 11: false, -1: false},
		"":            {5: false},
		"queue:sales": {1: false},
		"two words":   {1: false},
	} {
		for level, want := range ok {
			err := agent.CheckSkills(map[domain.Skill]int{skill: level})
			if (err == nil) != want {
				t.Errorf("%q=%d: %v", skill, level, err)
			}
			if err != nil && domain.KindOf(err) != domain.Invalid {
				t.Errorf("%q=%d: %v", skill, level, domain.KindOf(err))
			}
		}
	}
}
