package gateway

import (
	"slices"
	"sync"
)

// Journal keeps records, in the order of their numbers, until they are removed.
// A record is durable when the method that wrote it returns nil. Its methods may
// be called by several goroutines.
type Journal interface {
	// Append stores a record after all others.
	Append(body []byte) (number uint64, err error)
	// Replace changes a record in place.
	Replace(number uint64, body []byte) error
	// Remove deletes a record; one that is not there is no error.
	Remove(number uint64) error
	// SetAside takes a record out of the order and keeps it for a human.
	SetAside(number uint64, body []byte, reason string) error
	// Each visits the records in order; visit may change the journal.
	Each(visit func(number uint64, body []byte) error) error
	Close() error
}

// Memory is a Journal that lasts as long as its process, for robots.
type Memory struct {
	mu      sync.Mutex
	last    uint64
	records []memoryRecord
}

type memoryRecord struct {
	number uint64
	body   []byte
}

// NewMemory makes an empty Memory.
func NewMemory() *Memory { return &Memory{} }

// Append stores a record after all others.
func (m *Memory) Append(body []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	m.records = append(m.records, memoryRecord{m.last, body})
	return m.last, nil
}

// Replace changes a record in place.
func (m *Memory) Replace(number uint64, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.records {
		if m.records[i].number == number {
			m.records[i].body = body
		}
	}
	return nil
}

// Remove deletes a record.
func (m *Memory) Remove(number uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.DeleteFunc(m.records, func(r memoryRecord) bool { return r.number == number })
	return nil
}

// SetAside forgets the record: a robot has no human to show it to.
func (m *Memory) SetAside(number uint64, _ []byte, _ string) error { return m.Remove(number) }

// Each visits the records in order.
func (m *Memory) Each(visit func(number uint64, body []byte) error) error {
	m.mu.Lock()
	records := slices.Clone(m.records)
	m.mu.Unlock()
	for _, r := range records {
		if err := visit(r.number, r.body); err != nil {
			return err
		}
	}
	return nil
}

// Close does nothing.
func (m *Memory) Close() error { return nil }
