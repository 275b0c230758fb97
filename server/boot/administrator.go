package boot

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"parley/server/domain"
	"parley/server/domain/user"
	"parley/server/service/session"
)

// passwordFile gets the first administrator's password, which must not stand
// in a log.
const passwordFile = "first-password"

// firstAdministrator makes the user admin in a centre that has no users, so
// that somebody can add the others.
func (s *Server) firstAdministrator(ctx context.Context) error {
	users, _, err := s.sessions.Users(ctx)
	if err != nil || len(users) > 0 {
		return err
	}
	password := rand.Text()
	path := filepath.Join(s.cfg.Data, passwordFile)
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the first password: %w", err)
	}
	err = s.sessions.AddUser(ctx, domain.Centre, session.NewUser{
		User: user.User{
			Name: "admin", DisplayName: "Administrator", Language: "en", Roles: []domain.Role{domain.RoleAdministrator},
		},
		Password: password,
	})
	if domain.KindOf(err) == domain.Conflict {
		return nil // another server of the centre was faster; its folder has the password
	}
	if err == nil {
		s.log.Info("the centre is new: sign in as admin with the password in the file, and change it", "file", path)
	}
	return err
}
