package boot

import (
	"github.com/prometheus/client_golang/prometheus"

	"parley/server/service/watch"
)

// collector reads the figures of the centre when they are asked for.
type collector struct {
	hub   *watch.Hub
	voice interface{ Calls() int }

	waiting, longest, agents, contacts, calls *prometheus.Desc
}

func newCollector(hub *watch.Hub, v interface{ Calls() int }) *collector {
	return &collector{
		hub: hub, voice: v,
		waiting:  prometheus.NewDesc("parley_queue_waiting", "Contacts that wait.", []string{"queue"}, nil),
		longest:  prometheus.NewDesc("parley_queue_longest_wait_timestamp_seconds", "When the contact that waits longest entered the queue.", []string{"queue"}, nil),
		agents:   prometheus.NewDesc("parley_agents", "Agents by state.", []string{"state"}, nil),
		contacts: prometheus.NewDesc("parley_contacts", "Contacts that have not ended, by state.", []string{"state"}, nil),
		calls:    prometheus.NewDesc("parley_calls", "Calls of this server.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.waiting, c.longest, c.agents, c.contacts, c.calls} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	queues, agents, contacts := c.hub.Status()
	for _, q := range queues {
		gauge(c.waiting, float64(q.Waiting), string(q.Queue.ID))
		if !q.Longest.IsZero() {
			gauge(c.longest, float64(q.Longest.UnixMicro())/1e6, string(q.Queue.ID))
		}
	}
	states := map[string]int{}
	for _, a := range agents {
		states[string(a.State())]++
	}
	for state, n := range states {
		gauge(c.agents, float64(n), state)
	}
	states = map[string]int{}
	for _, ct := range contacts {
		states[string(ct.State)]++
	}
	for state, n := range states {
		gauge(c.contacts, float64(n), state)
	}
	gauge(c.calls, float64(c.voice.Calls()))
}
