package gateway

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

// fill sets every field of a message to something that is not its zero value.
func fill[M proto.Message](m M) M {
	fillMessage(m.ProtoReflect())
	return m
}

func fillMessage(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case f.IsMap():
			m.Mutable(f).Map().Set(protoreflect.ValueOfString("en").MapKey(), protoreflect.ValueOfString("text"))
		case f.IsList():
			list := m.Mutable(f).List()
			v := list.NewElement()
			list.Append(fillValue(f, v))
		default:
			m.Set(f, fillValue(f, m.NewField(f)))
		}
	}
}

func fillValue(f protoreflect.FieldDescriptor, v protoreflect.Value) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.MessageKind:
		fillMessage(v.Message())
		return v
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(7)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(7)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(7)
	default:
		return protoreflect.ValueOfString("text")
	}
}

// wantFull fails for each field that a conversion has forgotten.
func wantFull(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is not set", path)
		return
	}
	if _, ok := v.Interface().(time.Time); ok {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		wantFull(t, path, v.Elem())
	case reflect.Slice:
		if v.Len() > 0 {
			wantFull(t, path+"[0]", v.Index(0))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			wantFull(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	default:
	}
}

func TestNothingIsForgotten(t *testing.T) {
	company := fill(&parleyv1.Account{})
	company.Type = parleyv1.AccountType_ACCOUNT_TYPE_COMPANY
	for _, v := range []any{
		profileOf(fill(&parleyv1.Profile{})), agentOf(fill(&parleyv1.Agent{})), queueOf(fill(&parleyv1.Queue{})),
		contactOf(fill(&parleyv1.Contact{})), interactionOf(fill(&parleyv1.Interaction{})),
		accountOf(company), historyEntryOf(fill(&parleyv1.HistoryEntry{})),
	} {
		wantFull(t, reflect.TypeOf(v).Name(), reflect.ValueOf(v))
	}
	back := wireAccount(accountOf(company))
	back.Version = company.Version
	if !proto.Equal(company, back) {
		t.Errorf("account there and back: %v, want %v", back, company)
	}
}

func TestNeverWorkedIsNegative(t *testing.T) {
	if got := whyOf(&parleyv1.Why{}).SinceLastWork; got >= 0 {
		t.Errorf("since last work %v, want it negative", got)
	}
}

// accounts answers what is asked about accounts.
type accounts struct {
	parleyv1connect.UnimplementedAccountServiceHandler
}

func (accounts) Find(_ context.Context, r *connect.Request[parleyv1.FindRequest]) (*connect.Response[parleyv1.FindResponse], error) {
	return connect.NewResponse(&parleyv1.FindResponse{
		More: true, Accounts: []*parleyv1.AccountSummary{{AccountId: "1", Name: r.Msg.GetText()}},
	}), nil
}

func (accounts) GetAccount(_ context.Context, r *connect.Request[parleyv1.GetAccountRequest]) (*connect.Response[parleyv1.GetAccountResponse], error) {
	return connect.NewResponse(&parleyv1.GetAccountResponse{Account: &parleyv1.Account{AccountId: r.Msg.GetAccountId()}}), nil
}

func (accounts) Create(_ context.Context, r *connect.Request[parleyv1.CreateRequest]) (*connect.Response[parleyv1.CreateResponse], error) {
	if r.Msg.GetCommandId() == "" || r.Msg.GetAccount().GetAccountId() == "" {
		return nil, connect.NewError(connect.CodeInvalidArgument, nil)
	}
	return connect.NewResponse(&parleyv1.CreateResponse{}), nil
}

func (c interactionPart) History(_ context.Context, r *connect.Request[parleyv1.HistoryRequest]) (*connect.Response[parleyv1.HistoryResponse], error) {
	c.asked <- r.Msg
	return connect.NewResponse(&parleyv1.HistoryResponse{
		Entries: []*parleyv1.HistoryEntry{{InteractionId: "1"}}, NextPageToken: "next",
	}), nil
}

func TestHistoryQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.signIn()
		from := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		page, err := d.History(t.Context(), model.HistoryQuery{
			AccountID: "a", Text: "t", OnlyEnded: true, OnlyMine: true, From: from, Page: "p",
		})
		if err != nil || page.Next != "next" || len(page.Entries) != 1 {
			t.Errorf("page %+v, %v", page, err)
		}
		want := &parleyv1.HistoryRequest{
			AccountId: "a", Text: "t", Agent: "agent-nl", From: timestamppb.New(from), PageSize: historyPage, PageToken: "p",
			States: []parleyv1.InteractionState{parleyv1.InteractionState_INTERACTION_STATE_ENDED},
		}
		if got := <-d.c.asked; !proto.Equal(want, got) {
			t.Error(cmp.Diff(want.String(), got.String()))
		}
	})
}

func TestAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.signIn()
		hits, more, err := d.Find(t.Context(), "moreau")
		if diff := cmp.Diff([]model.AccountSummary{{ID: "1", Name: "moreau"}}, hits); diff != "" || !more || err != nil {
			t.Errorf("more %v, error %v, hits (-want +got):\n%s", more, err, diff)
		}
		if a, err := d.Account(t.Context(), "7"); err != nil || a.ID != "7" {
			t.Errorf("account %+v, %v", a, err)
		}
		id, err := d.Create(t.Context(), model.Account{Name: "New"})
		if err != nil || id == "" {
			t.Errorf("create: %q, %v", id, err)
		}
	})
}
