package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a user."`
	List     userListCmd     `cmd:"" help:"List users."`
	Disable  userDisableCmd  `cmd:"" help:"Refuse a user from now on."`
	Enable   userEnableCmd   `cmd:"" help:"Let a disabled user sign in again."`
	Password userPasswordCmd `cmd:"" help:"Set a user's password."`
	Capacity userCapacityCmd `cmd:"" help:"Set how many contacts an agent takes at once."`
	Skills   userSkillsCmd   `cmd:"" help:"Set what an agent can do; replaces what was set before."`
}

type userAddCmd struct {
	Name        string           `arg:"" help:"Name to sign in with."`
	DisplayName string           `help:"Name that others see." required:""`
	Language    string           `help:"Language of the desktop: en, tr, nl, az or fr." default:"en"`
	Role        []string         `help:"agent, supervisor or administrator." default:"agent" enum:"agent,supervisor,administrator"`
	Queue       []string         `help:"Queues the user takes contacts of."`
	Skill       map[string]int32 `help:"What the user can do, with a level from 1 to 10, as french=8."`
	NewPassword string           `help:"The password; without it, it is read from standard input." env:"PARLEY_NEW_PASSWORD"`
}

type userListCmd struct {
	JSON bool `help:"Print JSON for scripts." name:"json"`
}

type userDisableCmd struct {
	Name string `arg:"" help:"Whom."`
}

type userEnableCmd struct {
	Name string `arg:"" help:"Whom."`
}

type userPasswordCmd struct {
	Name        string `arg:"" help:"Whose."`
	NewPassword string `help:"The password; without it, it is read from standard input." env:"PARLEY_NEW_PASSWORD"`
}

type userCapacityCmd struct {
	Name  string `arg:"" help:"Whose."`
	Voice int32  `help:"Calls at once, 0 to 25; with 2, a second call rings while one is served." required:""`
}

type userSkillsCmd struct {
	Name  string           `arg:"" help:"Whose."`
	Skill map[string]int32 `help:"A skill with its level from 1 to 10, as french=8; none takes all away."`
}

type userJSON struct {
	User        string   `json:"user"`
	DisplayName string   `json:"display_name"`
	Language    string   `json:"language"`
	Roles       []string `json:"roles"`
	Queues      []string `json:"queues"`
	Disabled    bool     `json:"disabled"`
}

// admin calls f with a client of the admin service.
func (e *env) admin(f func(parleyv1connect.AdminServiceClient) error) error {
	opt, done, err := e.signIn()
	if err != nil {
		return err
	}
	defer done()
	return f(parleyv1connect.NewAdminServiceClient(http.DefaultClient, e.cli.Server, opt))
}

// secret returns the value, or the first line of standard input.
func secret(value string) (string, error) {
	if value != "" {
		return value, nil
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", &usageError{fmt.Sprintf("no password given (%v)", err)}
	}
	return line, nil
}

func (c *userAddCmd) Run(e *env) error {
	password, err := secret(c.NewPassword)
	if err != nil {
		return err
	}
	u := &parleyv1.User{User: c.Name, DisplayName: c.DisplayName, Language: c.Language, QueueIds: c.Queue, Skills: c.Skill}
	for _, r := range c.Role {
		u.Roles = append(u.Roles, parleyv1.Role(parleyv1.Role_value["ROLE_"+strings.ToUpper(r)]))
	}
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.AddUser(e.ctx, connect.NewRequest(&parleyv1.AddUserRequest{User: u, Password: password}))
		return err
	})
}

func (c *userListCmd) Run(e *env) error {
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		res, err := client.ListUsers(e.ctx, connect.NewRequest(&parleyv1.ListUsersRequest{}))
		if err != nil {
			return err
		}
		list := []userJSON{}
		for _, u := range res.Msg.GetUsers() {
			j := userJSON{
				User: u.GetUser(), DisplayName: u.GetDisplayName(), Language: u.GetLanguage(), Disabled: u.GetDisabled(),
				Roles: []string{}, Queues: append([]string{}, u.GetQueueIds()...),
			}
			for _, r := range u.GetRoles() {
				j.Roles = append(j.Roles, word(r.String(), "ROLE_"))
			}
			list = append(list, j)
		}
		if c.JSON {
			return json.NewEncoder(e.out).Encode(list)
		}
		w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "USER\tNAME\tLANGUAGE\tROLES\tQUEUES\tDISABLED")
		for _, u := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%t\n", u.User, u.DisplayName, u.Language,
				strings.Join(u.Roles, ","), strings.Join(u.Queues, ","), u.Disabled)
		}
		return w.Flush()
	})
}

func (c *userDisableCmd) Run(e *env) error {
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.DisableUser(e.ctx, connect.NewRequest(&parleyv1.DisableUserRequest{User: c.Name}))
		return err
	})
}

func (c *userEnableCmd) Run(e *env) error {
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.EnableUser(e.ctx, connect.NewRequest(&parleyv1.EnableUserRequest{User: c.Name}))
		return err
	})
}

func (c *userPasswordCmd) Run(e *env) error {
	password, err := secret(c.NewPassword)
	if err != nil {
		return err
	}
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.SetPassword(e.ctx, connect.NewRequest(&parleyv1.SetPasswordRequest{User: c.Name, Password: password}))
		return err
	})
}

func (c *userCapacityCmd) Run(e *env) error {
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.SetCapacity(e.ctx, connect.NewRequest(&parleyv1.SetCapacityRequest{
			User: c.Name, Channel: parleyv1.Channel_CHANNEL_VOICE, Capacity: c.Voice,
		}))
		return err
	})
}

func (c *userSkillsCmd) Run(e *env) error {
	return e.admin(func(client parleyv1connect.AdminServiceClient) error {
		_, err := client.SetSkills(e.ctx, connect.NewRequest(&parleyv1.SetSkillsRequest{User: c.Name, Skills: c.Skill}))
		return err
	})
}
