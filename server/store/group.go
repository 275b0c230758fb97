package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"parley/server/domain"
)

// groupLimit bounds the updates of one transaction, so that the first of them
// does not wait for ever while others keep coming.
const groupLimit = 256

// A job is one run of one Update's fn.
type job struct {
	ctx   context.Context
	actor domain.Actor
	cmd   domain.CommandID
	fn    func(*Tx) error

	state atomic.Int32
	// turn gives the transaction to the caller, ran takes it back, done is the answer.
	turn chan *Tx
	ran  chan error
	done chan error
}

// The states of a job.
const (
	waiting int32 = iota
	taken
	left
)

func newJob(ctx context.Context, actor domain.Actor, cmd domain.CommandID, fn func(*Tx) error) *job {
	return &job{
		ctx: ctx, actor: actor, cmd: cmd, fn: fn,
		turn: make(chan *Tx, 1), ran: make(chan error, 1), done: make(chan error, 1),
	}
}

// run calls fn on the caller's own goroutine: a panic of fn, or a test that it
// ends, hits the caller and leaves the grouper alive.
func (j *job) run(t *Tx) {
	err := errAborted
	defer func() { j.ran <- err }()
	err = j.fn(t)
}

// A grouper is the one writer of SQLite. It takes every update that waits into
// one transaction, commits once and answers all.
type grouper struct {
	store  *Store
	jobs   chan *job
	quit   chan struct{}
	ended  chan struct{}
	groups atomic.Int64
}

func newGrouper(s *Store) *grouper {
	g := &grouper{store: s, jobs: make(chan *job), quit: make(chan struct{}), ended: make(chan struct{})}
	go g.loop()
	return g
}

func (g *grouper) close() {
	close(g.quit)
	<-g.ended
}

func (g *grouper) loop() {
	defer close(g.ended)
	for {
		select {
		case j := <-g.jobs:
			g.commit(j)
		case <-g.quit:
			return
		}
	}
}

// do queues a job, lends it the caller's goroutine and waits for the commit.
func (g *grouper) do(j *job) error {
	select {
	case g.jobs <- j:
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-g.quit:
		return domain.Errorf(domain.Unavailable, "the database is closed")
	}
	select {
	case t := <-j.turn:
		j.run(t)
	case err := <-j.done:
		return err
	case <-j.ctx.Done():
		if j.state.CompareAndSwap(waiting, left) {
			return j.ctx.Err()
		}
		select {
		case t := <-j.turn:
			j.run(t)
		case err := <-j.done:
			return err
		}
	}
	return <-j.done
}

// A batch is the transaction of a group.
type batch struct {
	tx     *sql.Tx
	jobs   []*job
	events []domain.Event
}

func (g *grouper) commit(first *job) {
	// Never a caller's context: when it ends, SQLite would roll back all of them.
	tx, err := g.store.begin(context.Background())
	if err != nil {
		first.done <- err
		return
	}
	b := &batch{tx: tx}
	for j := first; j != nil; j = g.next(b) {
		if err := g.add(b, j); err != nil {
			g.abort(b, err)
			return
		}
	}
	if len(b.jobs) == 0 {
		g.abort(b, nil)
		return
	}
	if err := tx.Commit(); err != nil {
		g.abort(b, translate(err, "commit"))
		return
	}
	g.groups.Add(1)
	g.store.publisher.add(b.events)
	for _, j := range b.jobs {
		j.done <- nil
	}
}

// next is a job that waits by now, nil if none does.
func (g *grouper) next(b *batch) *job {
	if len(b.jobs) >= groupLimit {
		return nil
	}
	select {
	case j := <-g.jobs:
		return j
	default:
		return nil
	}
}

func (g *grouper) abort(b *batch, err error) {
	if e := b.tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
		g.store.log.Debug("cannot roll a group back", "error", e)
	}
	for _, j := range b.jobs {
		j.done <- err
	}
}

// add runs one job under its savepoint; the first needs none, because nothing
// is in the transaction yet. The error it returns ends the whole group.
func (g *grouper) add(b *batch, j *job) error {
	if !j.state.CompareAndSwap(waiting, taken) {
		return nil
	}
	ctx := context.WithoutCancel(j.ctx)
	first := len(b.jobs) == 0
	if !first {
		if err := mark(ctx, b.tx, "SAVEPOINT job"); err != nil {
			j.done <- err
			return err
		}
	}
	t := &Tx{
		ctx: ctx, caller: j.ctx, store: g.store, q: g.store.writeQueries.WithTx(b.tx), actor: j.actor, now: g.store.now(),
	}
	err := g.runJob(t, j)
	if err == nil && !first {
		if err := mark(ctx, b.tx, "RELEASE job"); err != nil {
			j.done <- err
			return err
		}
	}
	if err == nil {
		b.jobs = append(b.jobs, j)
		b.events = append(b.events, t.events...)
		return nil
	}
	j.done <- err
	if first {
		return err
	}
	undo := mark(ctx, b.tx, "ROLLBACK TO job")
	if undo == nil {
		undo = mark(ctx, b.tx, "RELEASE job")
	}
	if undo == nil {
		return nil
	}
	// SQLite has rolled the whole transaction back by itself; why, err tells.
	if kind := domain.KindOf(err); kind == domain.StorageFull || kind == domain.Unavailable {
		return err
	}
	return undo
}

func mark(ctx context.Context, tx *sql.Tx, statement string) error {
	_, err := tx.ExecContext(ctx, statement)
	return translate(err, "mark a change")
}

func (g *grouper) runJob(t *Tx, j *job) error {
	again, err := t.command(j.cmd)
	if err != nil || again {
		return err
	}
	j.turn <- t
	if err := t.finish(<-j.ran); err != nil {
		return err
	}
	return j.ctx.Err()
}
