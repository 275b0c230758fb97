package sip

import (
	"fmt"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts what comes to the trunk.
type metrics struct {
	malformed prometheus.Counter
	strangers prometheus.Counter
	refused   *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		malformed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_sip_malformed_total", Help: "SIP messages that are not valid.",
		}),
		strangers: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_sip_strangers_total", Help: "Datagrams and connections from addresses of no peer.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_sip_refused_total", Help: "Calls not let in, by SIP status.",
		}, []string{"status"}),
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.malformed, m.strangers, m.refused} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register SIP counters: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) refuse(status int) { m.refused.WithLabelValues(strconv.Itoa(status)).Inc() }
