package store

import (
	"parley/server/domain"
	"parley/server/domain/queue"
	"parley/server/store/storesql"
)

// Queue loads a queue; NotFound if there is none.
func (t *Tx) Queue(id domain.QueueID) (*queue.Queue, error) {
	return one[queue.Queue](t.ctx, t.q.Queue, "queue", string(id))
}

// PutQueue stores a queue and its event, and raises q.Version. Version 0
// inserts; otherwise the stored version must be q.Version.
func (t *Tx) PutQueue(q *queue.Queue, event string) error {
	next := *q
	next.Version++
	body, err := t.encode(&next, "store the queue")
	if err != nil {
		return err
	}
	p := storesql.InsertQueueParams{ID: string(q.ID), Version: number(next.Version), Name: q.Name, Body: body}
	var rows int64
	if q.Version == 0 {
		rows, err = t.q.InsertQueue(t.ctx, p)
	} else {
		rows, err = t.q.UpdateQueue(t.ctx, storesql.UpdateQueueParams{
			ID: p.ID, Version: p.Version, Name: p.Name, Body: p.Body, OldVersion: number(q.Version),
		})
	}
	if err := t.wrote(rows, err, "store the queue"); err != nil {
		return err
	}
	q.Version = next.Version
	t.record(domain.KindQueue, p.ID, q.Version, event, []byte(body))
	return nil
}

// Queues lists all queues.
func (t *Tx) Queues() ([]*queue.Queue, error) {
	bodies, err := t.q.Queues(t.ctx)
	return decodeAll[queue.Queue](bodies, err, "queues")
}
