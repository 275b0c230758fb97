package gateway

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

func wantKind(t *testing.T, err error, kind model.ErrorKind) {
	t.Helper()
	e, ok := errors.AsType[*model.Error](err)
	if !ok || e.Kind != kind {
		t.Errorf("error %v, want kind %v", err, kind)
	}
}

func TestLostAnswerActsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online()
		synctest.Wait()
		cuts := 3
		d.c.mu.Lock()
		d.c.after = func(string) {
			if cuts > 0 {
				cuts--
				d.net.cut()
			}
		}
		d.c.mu.Unlock()
		interaction, err := d.Accept(t.Context(), "a", 1)
		if err != nil || interaction == "" {
			t.Errorf("accept: %q, %v", interaction, err)
		}
		if diff := cmp.Diff([]string{"accept"}, d.c.log()); diff != "" {
			t.Errorf("acted (-want +got):\n%s", diff)
		}
	})
}

func TestCommandGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online()
		synctest.Wait()
		d.net.setDown(true)
		d.net.cut()
		began := time.Now()
		_, err := d.Accept(t.Context(), "a", 1)
		wantKind(t, err, model.KindUnavailable)
		if took := time.Since(began); took > patience {
			t.Errorf("gave up after %v, want at most %v", took, patience)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		wantKind(t, d.SetReady(t.Context()), model.KindUnauthenticated)
		wantKind(t, d.SignIn(t.Context(), "", "agent-nl", "wrong", false), model.KindDenied)
		wantLink(t, d.World(), model.LinkSignedOut, model.NotEnded)
		d.online()
		_, err := d.Accept(t.Context(), "gone", 1)
		want := &model.Error{Kind: model.KindConflict, Text: "the offer is over", Subject: "subject"}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		d.c.setExpired(true)
		_, err = d.Accept(t.Context(), "a", 1)
		wantKind(t, err, model.KindUnauthenticated)
		wantLink(t, d.World(), model.LinkSignedOut, model.EndedExpired)
	})
}

func TestSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		if err := d.SaveNote(t.Context(), "i", "the last word"); err != nil {
			t.Fatal(err)
		}
		if err := d.SignOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := d.c.note("i"); got != "the last word" {
			t.Errorf("the server has %q when signed out", got)
		}
		got := d.World()
		wantLink(t, got, model.LinkSignedOut, model.EndedSignedOut)
		if len(got.Interactions) != 0 {
			t.Errorf("interactions after the sign-out: %v", got.Interactions)
		}
	})
}

func TestServerAddress(t *testing.T) {
	for server, ok := range map[string]bool{
		"http://127.0.0.1:8420": true, "http://localhost:1": true, "http://[::1]:1/": true,
		"https://parley.example.org": true,
		"http://parley.example.org":  false, "http://10.0.0.1:8420": false,
		"": false, "parley.example.org": false, "ftp://127.0.0.1": false, "http://": false, "::": false,
	} {
		err := checkURL(normal(server))
		if (err == nil) != ok {
			t.Errorf("%q: %v, want accepted %v", server, err, ok)
		}
		if err != nil {
			wantKind(t, err, model.KindInvalid)
		}
	}
}

func worldWithLink(link model.Link) (func(model.World), <-chan struct{}) {
	done := make(chan struct{})
	reached := false
	return func(w model.World) {
		if w.Link == link && !reached {
			reached = true
			close(done)
		}
	}, done
}

func TestRealUnencryptedHTTP2(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newCentre()
	serve(t, c, l)
	onWorld, online := worldWithLink(model.LinkOnline)
	g := New(Config{Server: "http://" + l.Addr().String(), OnWorld: onWorld}, slog.New(slog.DiscardHandler))
	defer func() { _ = g.Close() }()
	if err := g.SignIn(t.Context(), "", "agent-nl", "demo", false); err != nil {
		t.Fatal(err)
	}
	(<-c.opened).send <- snapshot(1)
	<-online
}

func TestRealTLS(t *testing.T) {
	c := newCentre()
	path, handler := parleyv1connect.NewSessionServiceHandler(c)
	if !strings.HasPrefix(path, "/parley.v1.") {
		t.Fatalf("path %q", path)
	}
	srv := httptest.NewUnstartedServer(handler)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	sign := func(cfg Config) error {
		cfg.Server = srv.URL
		g := New(cfg, slog.New(slog.DiscardHandler))
		defer func() { _ = g.Close() }()
		return g.SignIn(t.Context(), "", "agent-nl", "demo", false)
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	if err := sign(Config{Roots: roots}); err != nil {
		t.Errorf("sign in over TLS: %v", err)
	}
	err := sign(Config{})
	wantKind(t, err, model.KindUnavailable)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error %v, want one about the certificate", err)
	}
}

func TestFailureKinds(t *testing.T) {
	for code, want := range map[connect.Code]model.ErrorKind{
		connect.CodeNotFound: model.KindNotFound, connect.CodeInvalidArgument: model.KindInvalid,
		connect.CodeAborted: model.KindConflict, connect.CodePermissionDenied: model.KindDenied,
		connect.CodeResourceExhausted: model.KindTooMany, connect.CodeInternal: model.KindInternal,
	} {
		if got := kindOf(code); got != want {
			t.Errorf("%v: kind %v, want %v", code, got, want)
		}
	}
	withDetail := kindError(parleyv1.ErrorKind_ERROR_KIND_STORAGE_FULL, connect.CodeUnavailable, "full")
	if lost(withDetail) || failure(withDetail).Kind != model.KindStorageFull {
		t.Errorf("an error with a detail: lost %v, %v", lost(withDetail), failure(withDetail))
	}
	if !lost(context.DeadlineExceeded) {
		t.Error("a time-out does not count as a lost answer")
	}
}
