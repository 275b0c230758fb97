package desk

import (
	"strings"
	"time"

	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) accountPanel() AccountPanel {
	i := s.interaction(s.current)
	c := s.shown()
	switch {
	case s.current == "" || i == nil && c == nil:
		return AccountPanel{Icon: vm.IconUnknown, Name: s.p.T("account.nobody"), Tone: vm.ToneMuted}
	case i != nil && i.Account != nil:
		return AccountPanel{
			Icon: vm.IconConfirmed, Name: i.Account.Name, Detail: i.Account.Detail,
			Standing: s.p.T("account.confirmed"), Tone: vm.TonePositive, Confirmed: true,
			Commands: s.only(vm.CmdUnconfirm),
		}
	}
	panel := s.candidatePanel(c)
	panel.Commands = s.only(vm.CmdConfirm)
	return panel
}

// candidatePanel shows a name only when there is one candidate: a wrong name
// spoken aloud is worse than none.
func (s *Screen) candidatePanel(c *model.Contact) AccountPanel {
	candidates := s.matches()
	name := s.p.T("desk.no_account")
	count := len(candidates)
	if c != nil {
		name = vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country)
		if _, picked := s.chosen[s.current]; !picked {
			count = max(count, c.MatchCount)
		}
	}
	if count == 1 && len(candidates) == 1 {
		return AccountPanel{
			Icon: vm.IconPerson, Name: candidates[0].Name, Detail: candidates[0].Detail,
			Standing: s.p.T("account.to_confirm"), Tone: vm.ToneAttention, Candidates: 1,
		}
	}
	panel := AccountPanel{Icon: vm.IconUnknown, Name: name, Candidates: count, Tone: vm.ToneAttention}
	switch {
	case count > 0:
		panel.Standing = s.p.T("account.matches", "count", count)
	case c != nil && vm.Withheld(c.ANI, c.ANIE164):
		panel.Standing = s.p.T("account.not_identified")
	case c != nil:
		panel.Standing = s.p.T("account.no_match")
	}
	if c != nil {
		panel.Detail = c.CallerName
	}
	return panel
}

// only is the command in a list of its own, if it can act.
func (s *Screen) only(id vm.CommandID) []vm.Command {
	for _, c := range s.accountCommands() {
		if c.ID == id && (c.Enabled || s.busy[id]) {
			return []vm.Command{c.Command}
		}
	}
	return nil
}

func (s *Screen) contactPanel(now time.Time) ContactPanel {
	c := s.shown()
	if c == nil {
		return ContactPanel{
			Line: s.p.T("contact.none"), Icon: vm.IconPhone, Tone: vm.ToneMuted, Word: s.p.T("contact.none_word"),
		}
	}
	look := vm.ContactLook(s.p, *c)
	panel := ContactPanel{
		Line: vm.ContactLine(s.p, *c, s.world.Profile.Country), Icon: look.Icon, Word: look.Word, Tone: look.Tone,
		Queue: s.queueText(c.QueueID, now), Muted: s.phone.Muted && c.State == model.ContactConnected,
	}
	if c.ID == s.world.Me.WrapUpContact && c.State == model.ContactEnded {
		wrap := vm.AgentLook(s.p, model.AgentWrapUp)
		panel.Word, panel.Icon, panel.Tone = wrap.Word, wrap.Icon, wrap.Tone
	}
	if !c.AnsweredAt.IsZero() {
		end := now
		if !c.EndedAt.IsZero() {
			end = c.EndedAt
		}
		panel.Talk = s.p.T("contact.talk", "time", s.p.Timer(end.Sub(c.AnsweredAt)))
	}
	if c.Held && !c.HeldAt.IsZero() && c.State == model.ContactConnected {
		panel.Hold = s.p.T("contact.hold", "time", s.p.Timer(now.Sub(c.HeldAt)))
	}
	if c.Why != nil {
		panel.Why = s.whySentence(*c.Why)
		panel.WhyDetails = s.whyDetails(*c.Why)
	}
	return panel
}

func (s *Screen) queueText(id string, now time.Time) string {
	for _, q := range s.world.Queues {
		if q.ID != id {
			continue
		}
		if q.Waiting == 0 || q.LongestSince.IsZero() {
			return s.p.T("queue.waiting_none")
		}
		return s.p.T("queue.waiting", "n", q.Waiting, "time", s.p.Timer(now.Sub(q.LongestSince)))
	}
	return ""
}

func (s *Screen) whySentence(w model.Why) string {
	if w.Candidates <= 1 {
		return s.p.T("why_you.only")
	}
	n := w.Candidates
	switch w.Strategy {
	case model.MostAvailable:
		return s.p.T("why_you.most_available", "free", w.Capacity-w.OpenWork, "capacity", w.Capacity, "n", n)
	case model.LeastBusy:
		return s.p.T("why_you.least_busy", "open", w.OpenWork, "n", n)
	case model.LongestIdle:
		if w.SinceLastWork < 0 {
			return s.p.T("why_you.first_work", "n", n)
		}
		return s.p.T("why_you.longest_idle", "span", s.p.Span(w.SinceLastWork), "n", n)
	case model.RoundRobin:
		return s.p.T("why_you.round_robin", "n", n)
	}
	return ""
}

func (s *Screen) strategyName(st model.Strategy) string {
	switch st {
	case model.MostAvailable:
		return s.p.T("strategy.most_available")
	case model.LeastBusy:
		return s.p.T("strategy.least_busy")
	case model.LongestIdle:
		return s.p.T("strategy.longest_idle")
	case model.RoundRobin:
		return s.p.T("strategy.round_robin")
	}
	return ""
}

func (s *Screen) whyDetails(w model.Why) []vm.Field {
	idle := s.p.T("why_you.never")
	if w.SinceLastWork >= 0 {
		idle = s.p.Span(w.SinceLastWork)
	}
	fields := []vm.Field{
		{Label: s.p.T("why_you.strategy"), Value: s.strategyName(w.Strategy)},
		{Label: s.p.T("why_you.load"), Value: s.p.Number(w.OpenWork) + "/" + s.p.Number(w.Capacity)},
		{Label: s.p.T("why_you.idle"), Value: idle},
		{Label: s.p.T("why_you.candidates"), Value: s.p.Number(w.Candidates)},
		{Label: s.p.T("why_you.waited"), Value: s.p.Span(w.Waited)},
		{Label: s.p.T("why_you.priority"), Value: s.p.Number(w.Priority)},
		{Label: s.p.T("why_you.waiting"), Value: s.p.Number(w.Waiting)},
	}
	if len(w.Skills) > 0 {
		fields = append(fields, vm.Field{Label: s.p.T("why_you.skills"), Value: strings.Join(w.Skills, ", ")})
	}
	return fields
}

func (s *Screen) youPanel(now time.Time) YouPanel {
	me := s.world.Me
	look := vm.AgentLook(s.p, me.State)
	if me.User == "" {
		look = vm.Look{Word: s.p.T("link.connecting"), Icon: vm.IconConnecting, Tone: vm.ToneMuted}
	}
	if !s.agent() {
		look = vm.Look{}
	}
	you := YouPanel{
		Name: s.world.Profile.DisplayName, Icon: look.Icon, Word: look.Word, Tone: look.Tone,
		Loads: vm.LoadTexts(s.p, me.Loads), Menu: s.menu(),
	}
	if me.State == model.AgentNotReady {
		you.Reason = vm.ReasonText(s.p, s.world.Profile.Reasons, me.Reason)
	}
	if !me.Since.IsZero() {
		you.Timer = s.p.Timer(now.Sub(me.Since))
	}
	if s.wrappingUp() {
		you.WrapUp = s.p.T("you.wrap_up_ends", "time", s.p.Timer(vm.Until(me.WrapUpDeadline, now)))
	}
	switch me.State {
	case model.AgentOffered, model.AgentOnContact, model.AgentWrapUp:
		you.Next = s.nextText()
	case model.AgentSignedOut, model.AgentNotReady, model.AgentReady, model.AgentReconnecting:
	}
	return you
}

func (s *Screen) nextText() string {
	me := s.world.Me
	if me.ReadyNext {
		return s.p.T("you.next_ready")
	}
	if reason := vm.ReasonText(s.p, s.world.Profile.Reasons, me.ReasonNext); reason != "" {
		return s.p.T("you.next_reason", "reason", reason)
	}
	return s.p.T("you.next_not_ready")
}

func (s *Screen) menu() []MenuItem {
	if !s.agent() {
		return []MenuItem{{Command: s.signOutCommand().Command}}
	}
	ready := s.build(vm.CmdReady, vm.IconReady, s.p.T("agent.ready"), s.needServer(), vm.TonePositive, nil).Command
	if s.asksReady() {
		// The same command would make not ready now.
		ready.Enabled = false
		ready.Checked = true
	}
	items := []MenuItem{{Command: ready}}
	for _, r := range s.world.Profile.Reasons {
		c := vm.Command{
			ID: CmdNotReady, Title: s.p.T("you.not_ready_reason", "reason", r.Text), Icon: vm.IconNotReady,
			Hint: s.needServer(), Enabled: s.online() && !s.busy[vm.CmdReady],
			Checked: s.world.Me.State == model.AgentNotReady && s.world.Me.Reason == r.ID,
		}
		items = append(items, MenuItem{Command: c, Reason: r.ID})
	}
	for _, c := range []command{s.endWrapUpCommand(), s.extendCommand(), s.signOutCommand()} {
		items = append(items, MenuItem{Command: c.Command})
	}
	return items
}
