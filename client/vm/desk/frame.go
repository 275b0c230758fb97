package desk

import (
	"fmt"
	"time"

	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) title(offer *model.Contact) string {
	name := s.world.Profile.CentreName
	if name == "" {
		name = "Parley"
	}
	if offer != nil {
		return s.p.T("offer.title") + ": " + s.offerWho(*offer) + " - " + name
	}
	return name
}

// offerWho names the account only when exactly one has the number.
func (s *Screen) offerWho(c model.Contact) string {
	if c.MatchCount == 1 && len(c.Matches) == 1 {
		return c.Matches[0].Name
	}
	return vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country)
}

func offerKey(c model.Contact) string { return fmt.Sprintf("%s/%d", c.ID, c.OfferNumber) }

func (s *Screen) offerCard(c *model.Contact, now time.Time) *OfferCard {
	if c == nil {
		return nil
	}
	card := &OfferCard{
		Key: offerKey(*c), Title: s.p.T("offer.title"), Who: s.offerWho(*c),
		Number:    vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country),
		Queue:     c.DNIS + " " + c.QueueName,
		Countdown: s.p.Timer(vm.Until(c.OfferDeadline, now)),
		Waited:    s.p.T("offer.waited", "time", s.p.Timer(c.OfferedAt.Sub(c.QueuedAt))),
		Accept:    s.acceptCommand().Command, Reject: s.rejectCommand().Command,
	}
	if ring := c.OfferDeadline.Sub(c.OfferedAt); ring > 0 {
		// Whole seconds only: the state changes once a second, not more often.
		card.Fraction = min(max(float64(vm.Until(c.OfferDeadline, now))/float64(ring), 0), 1)
	}
	if c.Why != nil {
		card.Why = s.whySentence(*c.Why)
	}
	if s.talking() != nil {
		card.Effect = s.p.T("offer.holds_current")
	}
	return card
}

func (s *Screen) notification(c *model.Contact) *Notification {
	if c == nil {
		return nil
	}
	return &Notification{
		ID: offerKey(*c), Title: s.p.T("offer.title") + ": " + s.offerWho(*c),
		Body: vm.ContactLine(s.p, *c, s.world.Profile.Country),
	}
}

func (s *Screen) navigation() []Place {
	place := func(id PlaceID, title, icon, badge string) Place {
		return Place{ID: id, Title: title, Icon: icon, Badge: badge, Chosen: s.place == id, Hint: title}
	}
	out := []Place{
		place(PlaceWork, s.p.T("place.work"), vm.IconWork, s.badge(len(s.open()))),
		place(PlaceAccounts, s.p.T("place.accounts"), vm.IconAccounts, ""),
		place(PlaceHistory, s.p.T("place.history"), vm.IconHistory, ""),
	}
	if s.supervisor() {
		waiting := 0
		for _, q := range s.world.Queues {
			waiting += q.Waiting
		}
		out = append(out, place(PlaceLive, s.p.T("place.live"), vm.IconLive, s.badge(waiting)))
	}
	return append(out, place(PlaceSettings, s.p.T("place.settings"), vm.IconSettings, ""))
}

func (s *Screen) badge(n int) string {
	if n == 0 {
		return ""
	}
	return s.p.Number(n)
}

func (s *Screen) tabs() []Tab {
	tab := func(id TabID, title, icon string) Tab {
		return Tab{ID: id, Title: title, Icon: icon, Chosen: s.tab == id}
	}
	out := []Tab{
		tab(TabOverview, s.p.T("tab.overview"), vm.IconWork),
		tab(TabHistory, s.p.T("tab.history"), vm.IconHistory),
	}
	if s.narrow {
		out = append(out, tab(TabNote, s.p.T("note.title"), vm.IconNote))
	}
	return out
}

func (s *Screen) statusBar(now time.Time) StatusBar {
	server := s.serverNow(now)
	bar := StatusBar{Clock: s.p.Time(now), SyncIcon: vm.IconCheck, Sync: s.p.T("sync.all_saved"), SyncTone: vm.ToneMuted}
	since := s.p.Timer(now.Sub(s.world.LinkSince))
	switch s.world.Link {
	case model.LinkOnline:
		bar.LinkIcon, bar.Link, bar.LinkTone = vm.IconOnline, s.p.T("link.online"), vm.TonePositive
	case model.LinkOffline:
		bar.LinkIcon, bar.Link, bar.LinkTone = vm.IconOffline, s.p.T("link.offline", "time", since), vm.ToneCritical
	case model.LinkConnecting:
		bar.LinkIcon, bar.Link, bar.LinkTone = vm.IconConnecting, s.p.T("link.connecting"), vm.ToneAttention
	case model.LinkSignedOut:
		bar.LinkIcon, bar.Link, bar.LinkTone = vm.IconSignedOut, s.p.T("link.signed_out"), vm.ToneCritical
	}
	if n := s.world.Unsent; n > 0 {
		bar.SyncIcon, bar.Sync, bar.SyncTone = vm.IconSync, s.p.T("sync.waiting", "count", n), vm.ToneAttention
	}
	for _, q := range s.world.Queues {
		if q.Waiting == 0 || q.LongestSince.IsZero() {
			bar.Queues = append(bar.Queues, s.p.T("status.queue_none", "queue", q.Name))
			continue
		}
		bar.Queues = append(bar.Queues, s.p.T("status.queue", "queue", q.Name, "n", q.Waiting,
			"time", s.p.Timer(server.Sub(q.LongestSince))))
	}
	return bar
}
