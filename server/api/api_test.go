package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
	"parley/server/boot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A centre is the demo centre behind its real front door.
type centre struct {
	url    string
	client *http.Client
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	args := []string{"--demo", "--data", t.TempDir(), "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--stop-limit", "0s"}
	cfg, err := boot.ParseConfig(args, func(string) string { return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := boot.Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := &centre{url: "http://" + s.HTTPAddr().String(), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		s.Close()
		c.client.CloseIdleConnections()
	})
	return c
}

func (c *centre) signIn(t *testing.T, user, device string) string {
	t.Helper()
	sessions := parleyv1connect.NewSessionServiceClient(c.client, c.url)
	res, err := sessions.SignIn(t.Context(), connect.NewRequest(&parleyv1.SignInRequest{User: user, Password: "demo", DeviceId: device}))
	if err != nil {
		t.Fatal(err)
	}
	return res.Msg.GetToken()
}

func with[T any](token string, m *T) *connect.Request[T] {
	r := connect.NewRequest(m)
	if token != "" {
		r.Header().Set("Authorization", "Bearer "+token)
	}
	return r
}

// call makes an empty call and returns the code of the error, "" if there is none.
func (c *centre) call(t *testing.T, procedure, token string, stream bool) string {
	t.Helper()
	body, kind := "{}", "application/json"
	if stream {
		body, kind = "\x00\x00\x00\x00\x02{}", "application/connect+json"
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+procedure, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	// A stream that is let in does not end: its first message is enough.
	text := make([]byte, 4096)
	n, err := io.ReadAtLeast(res.Body, text, 1)
	if err != nil {
		t.Fatal(procedure, err)
	}
	text = text[:n]
	for code := connect.CodeCanceled; code <= connect.CodeUnauthenticated; code++ {
		if strings.Contains(string(text), fmt.Sprintf("%q:%q", "code", code)) {
			return code.String()
		}
	}
	return ""
}

// procedures calls f with every procedure.
func procedures(f func(procedure string, stream bool)) {
	protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			s := file.Services().Get(i)
			for j := range s.Methods().Len() {
				m := s.Methods().Get(j)
				f(fmt.Sprintf("/%s/%s", s.FullName(), m.Name()), m.IsStreamingClient() || m.IsStreamingServer())
			}
		}
		return true
	})
}

func TestNobodyGetsInWithoutASession(t *testing.T) {
	c := newCentre(t)
	procedures(func(p string, stream bool) {
		if strings.HasSuffix(p, "/SignIn") {
			return
		}
		for _, token := range []string{"", "made-up"} {
			if got := c.call(t, p, token, stream); got != "unauthenticated" {
				t.Errorf("%s with the token %q: %q", p, token, got)
			}
		}
	})
}

func TestRolesAreChecked(t *testing.T) {
	c := newCentre(t)
	agent := c.signIn(t, "agent-en", "tool:test")
	supervisor := c.signIn(t, "supervisor", "tool:test")
	admin := c.signIn(t, "admin", "tool:test")
	procedures(func(p string, stream bool) {
		administration := strings.HasPrefix(p, "/parley.v1.AdminService/") || strings.HasSuffix(p, "/Import")
		if !administration {
			return
		}
		if got := c.call(t, p, agent, stream); got != "permission_denied" {
			t.Errorf("%s by an agent: %q", p, got)
		}
		supervision := strings.HasSuffix(p, "/Status") || strings.HasSuffix(p, "/SetCapacity") || strings.HasSuffix(p, "/SetSkills")
		if got := c.call(t, p, supervisor, stream); (got == "permission_denied") == supervision {
			t.Errorf("%s by a supervisor: %q", p, got)
		}
		if got := c.call(t, p, admin, stream); got == "permission_denied" || got == "unauthenticated" {
			t.Errorf("%s by an administrator: %q", p, got)
		}
	})
}

func TestASessionEndsWithSignOut(t *testing.T) {
	c := newCentre(t)
	tool := c.signIn(t, "agent-en", "tool:test")
	desk := c.signIn(t, "agent-en", "desktop")
	presence := parleyv1connect.NewPresenceServiceClient(c.client, c.url)
	if _, err := presence.SetReady(t.Context(), with(desk, &parleyv1.SetReadyRequest{CommandId: "1"})); err != nil {
		t.Fatal(err)
	}
	sessions := parleyv1connect.NewSessionServiceClient(c.client, c.url)
	if _, err := sessions.SignOut(t.Context(), with(tool, &parleyv1.SignOutRequest{})); err != nil {
		t.Fatal(err)
	}
	// A program that only looked has not taken the agent along.
	if _, err := presence.SetReady(t.Context(), with(desk, &parleyv1.SetReadyRequest{CommandId: "2"})); err != nil {
		t.Errorf("the agent was signed out by his tool: %v", err)
	}
	if got := c.call(t, "/parley.v1.AccountService/Find", tool, false); got != "unauthenticated" {
		t.Errorf("after the sign-out: %q", got)
	}
}

func TestTheEndOfASessionIsTold(t *testing.T) {
	c := newCentre(t)
	watches := parleyv1connect.NewWatchServiceClient(c.client, c.url)
	for _, end := range []struct {
		user  string
		by    func(token string) error
		cause parleyv1.SessionEnded_Cause
	}{
		{"agent-en", func(string) error {
			_, err := parleyv1connect.NewSessionServiceClient(c.client, c.url).SignIn(t.Context(), connect.NewRequest(
				&parleyv1.SignInRequest{User: "agent-en", Password: "demo", DeviceId: "other", TakeOver: true}))
			return err
		}, parleyv1.SessionEnded_CAUSE_TAKEN_OVER},
		{"agent-tr", func(token string) error {
			_, err := parleyv1connect.NewSessionServiceClient(c.client, c.url).SignOut(t.Context(), with(token, &parleyv1.SignOutRequest{}))
			return err
		}, parleyv1.SessionEnded_CAUSE_SIGNED_OUT},
		{"agent-nl", func(string) error {
			admin := c.signIn(t, "admin", "tool:test")
			_, err := parleyv1connect.NewAdminServiceClient(c.client, c.url).DisableUser(t.Context(), with(admin, &parleyv1.DisableUserRequest{User: "agent-nl"}))
			return err
		}, parleyv1.SessionEnded_CAUSE_DISABLED},
	} {
		token := c.signIn(t, end.user, "desktop")
		stream, err := watches.Watch(t.Context(), with(token, &parleyv1.WatchRequest{}))
		if err != nil {
			t.Fatal(err)
		}
		if !stream.Receive() || !stream.Msg().GetSnapshot() {
			t.Fatalf("%s: no snapshot: %v", end.user, stream.Err())
		}
		if err := end.by(token); err != nil {
			t.Fatal(err)
		}
		var got parleyv1.SessionEnded_Cause
		for stream.Receive() {
			for _, e := range stream.Msg().GetEvents() {
				if ended := e.GetSessionEnded(); ended != nil {
					got = ended.GetCause()
				}
			}
		}
		if got != end.cause {
			t.Errorf("%s: cause %s, want %s", end.user, got, end.cause)
		}
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	}
}
