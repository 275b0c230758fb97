package api

import (
	"cmp"
	"context"
	"slices"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/user"
	"parley/server/service/session"
	"parley/server/service/watch"
	"parley/server/service/work"
)

type adminHandler struct{ *server }

func (h adminHandler) Status(ctx context.Context, _ *connect.Request[parleyv1.StatusRequest]) (*connect.Response[parleyv1.StatusResponse], error) {
	figures, agents, contacts := h.cfg.Watch.Status()
	slices.SortFunc(figures, func(a, b watch.Figures) int { return cmp.Compare(a.Queue.Name, b.Queue.Name) })
	slices.SortFunc(agents, func(a, b *agent.Agent) int { return cmp.Compare(a.User, b.User) })
	slices.SortFunc(contacts, func(a, b *contact.Contact) int {
		return cmp.Or(a.ArrivedAt.Compare(b.ArrivedAt), cmp.Compare(a.ID, b.ID))
	})
	out := &parleyv1.StatusResponse{ServerTime: timestamppb.New(h.cfg.Now())}
	for _, f := range figures {
		out.Queues = append(out.Queues, wireQueue(f))
	}
	for _, a := range agents {
		out.Agents = append(out.Agents, wireAgent(a))
	}
	for _, c := range contacts {
		out.Contacts = append(out.Contacts, wireContact(c))
	}
	nodes, err := h.nodes(ctx)
	out.Nodes = nodes
	return connect.NewResponse(out), err
}

func (h adminHandler) nodes(ctx context.Context) ([]*parleyv1.Node, error) {
	nodes, err := h.cfg.Cluster.Nodes(ctx, work.Lease)
	if err != nil {
		return nil, err
	}
	var out []*parleyv1.Node
	for _, n := range nodes {
		out = append(out, &parleyv1.Node{
			NodeId: string(n.ID), StartedAt: stamp(n.StartedAt), SeenAt: stamp(n.SeenAt),
			RoutingOwner: n.Owner, Epoch: uint64(n.Epoch), Calls: int32(n.Calls),
		})
	}
	return out, nil
}

func (h adminHandler) AddUser(ctx context.Context, req *connect.Request[parleyv1.AddUserRequest]) (*connect.Response[parleyv1.AddUserResponse], error) {
	m := req.Msg.GetUser()
	n := session.NewUser{Password: req.Msg.GetPassword(), User: user.User{
		Name: domain.UserID(m.GetUser()), DisplayName: m.GetDisplayName(), Language: m.GetLanguage(),
	}}
	for role, wire := range wireRoles {
		if slices.Contains(m.GetRoles(), wire) {
			n.User.Roles = append(n.User.Roles, role)
		}
	}
	slices.Sort(n.User.Roles)
	n.Skills = domainSkills(m.GetSkills())
	for _, q := range m.GetQueueIds() {
		n.Queues = append(n.Queues, domain.QueueID(q))
	}
	err := h.cfg.Sessions.AddUser(ctx, domain.Actor{User: who(ctx).user.Name}, n)
	return connect.NewResponse(&parleyv1.AddUserResponse{}), err
}

func (h adminHandler) ListUsers(ctx context.Context, _ *connect.Request[parleyv1.ListUsersRequest]) (*connect.Response[parleyv1.ListUsersResponse], error) {
	users, queues, err := h.cfg.Sessions.Users(ctx)
	if err != nil {
		return nil, err
	}
	out := &parleyv1.ListUsersResponse{}
	for _, u := range users {
		w := &parleyv1.User{User: string(u.Name), DisplayName: u.DisplayName, Language: u.Language, Disabled: u.Disabled}
		for _, r := range u.Roles {
			w.Roles = append(w.Roles, wireRoles[r])
		}
		for _, q := range queues[u.Name] {
			w.QueueIds = append(w.QueueIds, string(q))
		}
		out.Users = append(out.Users, w)
	}
	return connect.NewResponse(out), nil
}

func (h adminHandler) DisableUser(ctx context.Context, req *connect.Request[parleyv1.DisableUserRequest]) (*connect.Response[parleyv1.DisableUserResponse], error) {
	err := h.cfg.Sessions.DisableUser(ctx, domain.Actor{User: who(ctx).user.Name}, domain.UserID(req.Msg.GetUser()))
	return connect.NewResponse(&parleyv1.DisableUserResponse{}), err
}

func (h adminHandler) EnableUser(ctx context.Context, req *connect.Request[parleyv1.EnableUserRequest]) (*connect.Response[parleyv1.EnableUserResponse], error) {
	err := h.cfg.Sessions.EnableUser(ctx, domain.Actor{User: who(ctx).user.Name}, domain.UserID(req.Msg.GetUser()))
	return connect.NewResponse(&parleyv1.EnableUserResponse{}), err
}

func (h adminHandler) SetPassword(ctx context.Context, req *connect.Request[parleyv1.SetPasswordRequest]) (*connect.Response[parleyv1.SetPasswordResponse], error) {
	err := h.cfg.Sessions.SetPassword(ctx, domain.Actor{User: who(ctx).user.Name}, domain.UserID(req.Msg.GetUser()), req.Msg.GetPassword())
	return connect.NewResponse(&parleyv1.SetPasswordResponse{}), err
}

func (h adminHandler) SetCapacity(ctx context.Context, req *connect.Request[parleyv1.SetCapacityRequest]) (*connect.Response[parleyv1.SetCapacityResponse], error) {
	if req.Msg.GetChannel() != parleyv1.Channel_CHANNEL_VOICE {
		return nil, &domain.Error{Kind: domain.Invalid, Subject: "channel", Text: "the channel is voice"}
	}
	err := h.cfg.Presence.SetCapacity(ctx, domain.Actor{User: who(ctx).user.Name}, domain.UserID(req.Msg.GetUser()), domain.Voice, int(req.Msg.GetCapacity()))
	return connect.NewResponse(&parleyv1.SetCapacityResponse{}), err
}

func (h adminHandler) SetSkills(ctx context.Context, req *connect.Request[parleyv1.SetSkillsRequest]) (*connect.Response[parleyv1.SetSkillsResponse], error) {
	err := h.cfg.Presence.SetSkills(ctx, domain.Actor{User: who(ctx).user.Name}, domain.UserID(req.Msg.GetUser()), domainSkills(req.Msg.GetSkills()))
	return connect.NewResponse(&parleyv1.SetSkillsResponse{}), err
}

func domainSkills(wire map[string]int32) map[domain.Skill]int {
	skills := make(map[domain.Skill]int, len(wire))
	for name, level := range wire {
		skills[domain.Skill(name)] = int(level)
	}
	return skills
}
