package agent

import (
	"fmt"
	"strings"

	"parley/server/domain"
)

// MaxSkillLevel is the best level of a skill.
const MaxSkillLevel = 10

// CheckSkills returns what is wrong with skills that are to be set. The skills
// of being in a queue cannot be set, they come with the queue.
func CheckSkills(skills map[domain.Skill]int) error {
	for name, level := range skills {
		if name == "" || strings.ContainsAny(string(name), ":= ,") {
			return &domain.Error{
				Kind: domain.Invalid, Subject: "skills",
				Text: "a skill's name has no colon, equals sign, comma or space: " + string(name),
			}
		}
		if level < 1 || level > MaxSkillLevel {
			return &domain.Error{
				Kind: domain.Invalid, Subject: "skills",
				Text: fmt.Sprintf("the level of a skill is 1 to %d: %s=%d", MaxSkillLevel, name, level),
			}
		}
	}
	return nil
}
