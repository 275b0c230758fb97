package user

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/server/domain"
)

func TestMay(t *testing.T) {
	agent, supervisor, administrator := domain.RoleAgent, domain.RoleSupervisor, domain.RoleAdministrator
	for _, c := range []struct {
		has  []domain.Role
		need domain.Role
		want bool
	}{
		{nil, agent, false},
		{[]domain.Role{agent}, agent, true},
		{[]domain.Role{agent}, supervisor, false},
		{[]domain.Role{supervisor}, agent, true},
		{[]domain.Role{supervisor}, administrator, false},
		{[]domain.Role{administrator}, agent, true},
		{[]domain.Role{administrator}, administrator, true},
		{[]domain.Role{agent, administrator}, supervisor, true},
		{[]domain.Role{"stranger"}, agent, false},
		{[]domain.Role{administrator}, "stranger", false},
		{[]domain.Role{administrator}, "", false},
		{[]domain.Role{""}, "", false},
	} {
		if got := (&User{Roles: c.has}).May(c.need); got != c.want {
			t.Errorf("%v may %q: %v, want %v", c.has, c.need, got, c.want)
		}
	}
}

func TestNoHashLeavesInJSON(t *testing.T) {
	b, err := json.Marshal(User{Name: "ada", PasswordHash: "$argon2id$secret"})
	if err != nil || strings.Contains(string(b), "secret") {
		t.Errorf("%s, %v", b, err)
	}
}
