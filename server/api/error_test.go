package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/queue"
	"parley/server/service/watch"
)

func TestEveryProcedureHasARole(t *testing.T) {
	known := maps.Clone(roles)
	protoregistry.GlobalFiles.RangeFilesByPackage("parley.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				procedure := fmt.Sprintf("/%s/%s", s.FullName(), s.Methods().Get(j).Name())
				if _, ok := known[procedure]; !ok {
					t.Errorf("%s has no role", procedure)
				}
				delete(known, procedure)
			}
		}
		return true
	})
	for procedure := range known {
		t.Errorf("%s has a role and does not exist", procedure)
	}
	for procedure, role := range roles {
		admin := strings.HasPrefix(procedure, "/parley.v1.AdminService/")
		if role == anyone && procedure != "/parley.v1.SessionService/SignIn" || admin && role == domain.RoleAgent {
			t.Errorf("%s is open to %q", procedure, role)
		}
	}
}

func TestEveryKindOfErrorGoesOverTheWire(t *testing.T) {
	seen := map[parleyv1.ErrorKind]bool{}
	for kind := domain.Internal; kind <= domain.TooMany; kind++ {
		w, ok := wireKinds[kind]
		if !ok || w.code == 0 || w.kind == parleyv1.ErrorKind_ERROR_KIND_UNSPECIFIED || seen[w.kind] {
			t.Errorf("kind %d: %v", kind, w)
		}
		seen[w.kind] = true
	}
	if len(seen) != len(parleyv1.ErrorKind_name)-1 {
		t.Errorf("%d of %d kinds of the wire are in use", len(seen), len(parleyv1.ErrorKind_name)-1)
	}
}

func info(t *testing.T, err error) (*connect.Error, *parleyv1.ErrorInfo) {
	t.Helper()
	wire, ok := errors.AsType[*connect.Error](err)
	if !ok {
		t.Fatalf("no error of the wire: %v", err)
	}
	if len(wire.Details()) != 1 {
		return wire, nil
	}
	m, err := wire.Details()[0].Value()
	if err != nil {
		t.Fatal(err)
	}
	i, ok := m.(*parleyv1.ErrorInfo)
	if !ok {
		t.Fatalf("detail %T", m)
	}
	return wire, i
}

func TestWireError(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	if err := wireError(t.Context(), log, "p", nil); err != nil {
		t.Error(err)
	}

	e := &domain.Error{Kind: domain.Invalid, Text: "too long", Subject: "text", Cause: errors.New("secret")}
	wire, i := info(t, wireError(t.Context(), log, "p", fmt.Errorf("save: %w", e)))
	if wire.Code() != connect.CodeInvalidArgument || wire.Message() != "too long" || i.GetText() != "too long" || i.GetSubject() != "text" {
		t.Errorf("%v, %v", wire, i)
	}
	if logged.Len() > 0 {
		t.Errorf("logged: %s", logged.String())
	}

	for _, hidden := range []error{errors.New("secret"), &domain.Error{Kind: domain.Internal, Text: "secret"}} {
		logged.Reset()
		wire, i = info(t, wireError(t.Context(), log, "/p/q", hidden))
		if wire.Code() != connect.CodeInternal || strings.Contains(wire.Error()+i.String(), "secret") {
			t.Errorf("an internal error tells: %v, %v", wire, i)
		}
		if !strings.Contains(logged.String(), "secret") || !strings.Contains(logged.String(), "/p/q") {
			t.Errorf("logged: %q", logged.String())
		}
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if wire, _ := info(t, wireError(ended, log, "p", fmt.Errorf("load: %w", context.Canceled))); wire.Code() != connect.CodeCanceled {
		t.Errorf("cancelled: %v", wire)
	}
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if wire, _ := info(t, wireError(late, log, "p", context.DeadlineExceeded)); wire.Code() != connect.CodeDeadlineExceeded {
		t.Errorf("too late: %v", wire)
	}
}

// Every word of the wire has one of the domain, and the other way round.
func TestMappingsAreComplete(t *testing.T) {
	check := func(name string, mapped []int32, words map[int32]string) {
		t.Helper()
		slices.Sort(mapped)
		if len(mapped) != len(words)-1 || len(slices.Compact(mapped)) != len(words)-1 || mapped[0] == 0 {
			t.Errorf("%s: %v of %v", name, mapped, words)
		}
	}
	check("contact states", numbers(contactStates), parleyv1.ContactState_name)
	check("end reasons", numbers(endReasons), parleyv1.EndReason_name)
	check("agent states", numbers(agentStates), parleyv1.AgentState_name)
	check("strategies", numbers(strategies), parleyv1.RoutingStrategy_name)
	check("roles", numbers(wireRoles), parleyv1.Role_name)
	check("account types", numbers(accountTypes), parleyv1.AccountType_name)
	var told []int32
	for _, cause := range causes {
		told = append(told, int32(cause))
	}
	check("causes", told, parleyv1.SessionEnded_Cause_name)
}

func numbers[K comparable, V ~int32](m map[K]V) []int32 {
	var all []int32
	for _, v := range m {
		all = append(all, int32(v))
	}
	return all
}

// What a stream sends is joined from encoded pieces; a client must read the same.
func TestBatchesAreReadable(t *testing.T) {
	e := Encoder{}
	h := watchHandler{&server{}}
	h.cfg.Now = func() (now time.Time) { return now }
	b := watch.Batch{StreamID: "s", Sequence: 7, Snapshot: true, Over: true, Cause: "taken_over", Changes: [][]byte{
		e.Agent(&agent.Agent{User: "emma", Presence: agent.Ready, Reachable: true, Capacity: map[domain.Channel]int{domain.Voice: 2}}),
		e.Queue(watch.Figures{Queue: queue.Queue{ID: "q"}, Waiting: 3}),
		e.Contact(&contact.Contact{ID: "c", State: contact.Queued, ANI: "1"}),
		e.ContactRemoved("gone"), e.InteractionRemoved("over"),
	}}
	data, err := proto.Marshal(h.response(b))
	if err != nil {
		t.Fatal(err)
	}
	var got parleyv1.WatchResponse
	if err := proto.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	ev := got.GetEvents()
	if len(ev) != 6 || got.GetStreamId() != "s" || got.GetSequence() != 7 || !got.GetSnapshot() {
		t.Fatalf("%v", &got)
	}
	if a := ev[0].GetAgent(); a.GetUser() != "emma" || a.GetState() != parleyv1.AgentState_AGENT_STATE_READY || a.GetLoads()[0].GetCapacity() != 2 {
		t.Errorf("agent %v", a)
	}
	if ev[1].GetQueue().GetWaiting() != 3 || ev[2].GetContact().GetState() != parleyv1.ContactState_CONTACT_STATE_QUEUED ||
		ev[3].GetRemoved().GetContactId() != "gone" || ev[4].GetRemoved().GetInteractionId() != "over" ||
		ev[5].GetSessionEnded().GetCause() != parleyv1.SessionEnded_CAUSE_TAKEN_OVER {
		t.Errorf("%v", ev)
	}
	beat := h.response(watch.Batch{})
	if len(beat.GetEvents()) != 1 || beat.GetEvents()[0].GetHeartbeat() == nil {
		t.Errorf("a sign of life: %v", beat)
	}
}
