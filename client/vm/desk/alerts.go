package desk

import (
	"time"

	"parley/client/model"
	"parley/client/vm"
)

// newsTime is how long something that has happened is told.
const newsTime = 10 * time.Second

// news is what has happened lately, as opposed to how things are.
type news struct {
	failure  error
	failedAt time.Time
	backAt   time.Time
}

// note compares two worlds.
func (n *news) note(before, after model.World, now time.Time) {
	if before.Link == model.LinkOffline && after.Link == model.LinkOnline {
		n.backAt = now
	}
}

func (n *news) failed(err error, now time.Time) { n.failure, n.failedAt = err, now }

func fresh(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) < newsTime }

// alerts are all alerts, the most urgent first.
func (s *Screen) alerts(now time.Time) []Alert {
	var out []Alert
	add := func(key string, tone vm.Tone, icon, text string, target Target) {
		if text != "" {
			out = append(out, Alert{Key: key, Tone: tone, Icon: icon, Text: text, Target: target})
		}
	}
	add("ended", vm.ToneCritical, vm.IconSignedOut, s.endedText(), TargetNone)
	if s.world.Link == model.LinkOffline {
		text := s.p.T("alert.offline", "time", s.p.Timer(now.Sub(s.world.LinkSince)))
		add("offline", vm.ToneCritical, vm.IconOffline, text, TargetNone)
	}
	if s.news.failure != nil && fresh(s.news.failedAt, now) {
		add("failure", vm.ToneCritical, vm.IconError, vm.ErrorText(s.p, s.news.failure), TargetNone)
	}
	s.lostAlerts(add)
	s.callAlerts(add)
	s.stateAlerts(add, now)
	if s.online() && fresh(s.news.backAt, now) {
		add("back", vm.TonePositive, vm.IconOnline, s.p.T("alert.back"), TargetNone)
	}
	return out
}

type addAlert func(key string, tone vm.Tone, icon, text string, target Target)

// callAlerts are about calls and sound.
func (s *Screen) callAlerts(add addAlert) {
	for _, c := range s.mine() {
		if c.State == model.ContactConnected && s.phone.Media[c.ID] == model.MediaFailed {
			add("media/"+c.ID, vm.ToneCritical, vm.IconError, s.p.T("alert.media_failed"), TargetNone)
		}
	}
	switch s.phone.Problem {
	case model.DeviceNone:
		add("device", vm.ToneCritical, vm.IconSpeaker, s.p.T("alert.device_none"), TargetSettings)
	case model.DeviceVanished:
		add("device", vm.ToneAttention, vm.IconSpeaker, s.p.T("alert.device_vanished"), TargetSettings)
	case model.DeviceFine:
	}
	if s.offered() != nil && s.talking() != nil {
		add("second", vm.ToneAttention, vm.IconRinging, s.p.T("alert.second_call"), TargetNone)
	}
	for _, c := range s.mine() {
		if c.State == model.ContactConnected && c.HeldByCustomer {
			number := vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country)
			add("held/"+c.ID, vm.ToneAttention, vm.IconHold, s.p.T("alert.held_by_customer", "number", number), TargetContact)
		}
	}
	for _, c := range s.contactsOf(s.current) {
		if c.State == model.ContactEnded && c.EndReason == model.EndInterrupted {
			add("cut/"+c.ID, vm.ToneAttention, vm.IconWarning, s.p.T("alert.interrupted"), TargetContact)
		}
	}
}

// stateAlerts are about the agent and the notes.
func (s *Screen) stateAlerts(add addAlert, now time.Time) {
	me := s.world.Me
	left := vm.Until(me.WrapUpDeadline, s.serverNow(now))
	if s.wrappingUp() && left > 0 && left <= newsTime {
		text := s.p.T("alert.wrap_up_ends", "count", int(left/time.Second))
		target := TargetNone
		if me.WrapUpExtendable {
			target = TargetExtend
		}
		add("wrap_up", vm.ToneAttention, vm.IconWrapUp, text, target)
	}
	if me.State == model.AgentNotReady && me.Reason == "missed" {
		add("missed", vm.ToneAttention, vm.IconWarning, s.p.T("alert.missed"), TargetReady)
	}
	if s.world.Unsent > 0 && !s.online() {
		add("unsent", vm.ToneAttention, vm.IconNote, s.p.T("alert.unsent", "count", s.world.Unsent), TargetNote)
	}
}

func (s *Screen) endedText() string {
	if s.world.Link != model.LinkSignedOut {
		return ""
	}
	switch s.world.Ended {
	case model.EndedTakenOver:
		return s.p.T("ended.taken_over")
	case model.EndedDisabled:
		return s.p.T("ended.disabled")
	case model.EndedExpired:
		return s.p.T("ended.expired")
	case model.EndedSignedOut, model.NotEnded:
	}
	return s.p.T("ended.signed_out")
}

// alertsPanel shows the alerts in pairs.
func (s *Screen) alertsPanel(now time.Time) AlertsPanel {
	all := s.alerts(now)
	s.turnToNew(all)
	pages := max((len(all)+1)/2, 1)
	s.page = min(max(s.page, 0), pages-1)
	panel := AlertsPanel{All: all, None: s.p.T("alert.none")}
	panel.Visible = all[min(2*s.page, len(all)):min(2*s.page+2, len(all))]
	pager := func(id vm.CommandID, title string, can bool) vm.Command {
		return vm.Command{ID: id, Title: title, Hint: title, Enabled: can}
	}
	panel.Previous = pager(CmdAlertsPrevious, s.p.T("alert.previous"), s.page > 0)
	panel.Next = pager(CmdAlertsNext, s.p.T("alert.next"), s.page < pages-1)
	if len(all) > 2 {
		panel.Pager = s.p.T("alert.pager", "n", s.page+1, "of", pages)
	}
	return panel
}

// turnToNew goes back to the first pair when an alert has come: it may be urgent.
func (s *Screen) turnToNew(all []Alert) {
	known := map[string]bool{}
	for _, a := range all {
		known[a.Key] = true
		if !s.alerted[a.Key] {
			s.page = 0
		}
	}
	s.alerted = known
}

// OpenAlert follows the target of an alert.
func (s *Screen) OpenAlert(key string) {
	s.Post(func() {
		for _, a := range s.alerts(s.c.Clock.Now()) {
			if a.Key == key {
				s.follow(a)
			}
		}
	})
}

func (s *Screen) follow(a Alert) {
	switch a.Target {
	case TargetLost:
		s.question = a.Key
	case TargetReady:
		s.run(vm.CmdReady)
	case TargetExtend:
		s.run(vm.CmdExtend)
	case TargetSettings:
		s.goTo(PlaceSettings)
	case TargetNote:
		s.showNote()
	case TargetContact:
		s.tab = TabOverview
		s.goTo(PlaceWork)
	case TargetNone:
	}
}
