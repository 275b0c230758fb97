// Package user holds who may sign in: names, roles and sessions. It never sees
// a password or a token, only their hashes.
package user

import (
	"slices"
	"time"

	"parley/server/domain"
)

// User is a person who may sign in.
type User struct {
	Name         domain.UserID `json:"name"`
	Version      uint64        `json:"version"`
	DisplayName  string        `json:"display_name"`
	Language     string        `json:"language"`
	Roles        []domain.Role `json:"roles"`
	PasswordHash string        `json:"-"`
	Disabled     bool          `json:"disabled,omitempty"`
	// DemoPassword is true while the password is the published one of the demo
	// centre.
	DemoPassword bool `json:"demo_password,omitempty"`
}

// May says whether the user has a role or one that contains it.
func (u *User) May(r domain.Role) bool {
	order := []domain.Role{domain.RoleAgent, domain.RoleSupervisor, domain.RoleAdministrator}
	need := slices.Index(order, r)
	return slices.ContainsFunc(u.Roles, func(has domain.Role) bool {
		return need >= 0 && slices.Index(order, has) >= need
	})
}

// Session is one signed-in desktop or program.
type Session struct {
	// TokenHash is the SHA-256 of the token, in hexadecimal.
	TokenHash string        `json:"token_hash"`
	User      domain.UserID `json:"user"`
	Device    string        `json:"device"`
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at"`
}
