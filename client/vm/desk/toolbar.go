package desk

import (
	"context"
	"slices"

	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) acceptCommand() command {
	offer := s.offered()
	why := needs(unless(offer != nil, s.p.T("why.no_offer")), s.needServer(), unless(!s.busy[vm.CmdReject], s.p.T("why.busy")))
	return s.build(vm.CmdAccept, vm.IconAccept, "", why, vm.TonePositive, func() {
		var id string
		s.callThen(vm.CmdAccept, func(ctx context.Context) (err error) {
			id, err = s.c.Centre.Accept(ctx, offer.ID, offer.OfferNumber)
			return err
		}, func() {
			s.answered = offerKey(*offer)
			s.tab = TabOverview
			s.makeCurrent(id)
		})
	})
}

func (s *Screen) rejectCommand() command {
	offer := s.offered()
	why := needs(unless(offer != nil, s.p.T("why.no_offer")), s.needServer(), unless(!s.busy[vm.CmdAccept], s.p.T("why.busy")))
	return s.build(vm.CmdReject, vm.IconReject, "", why, vm.ToneNeutral, func() {
		s.callThen(vm.CmdReject, func(ctx context.Context) error {
			return s.c.Centre.Reject(ctx, offer.ID, offer.OfferNumber)
		}, func() { s.answered = offerKey(*offer) })
	})
}

func (s *Screen) holdCommand() command {
	call := s.liveContact()
	why := needs(s.needCall(), s.needServer())
	if call != nil && call.Held {
		c := s.build(vm.CmdHold, vm.IconRetrieve, s.p.T("cmd.retrieve"), why, vm.ToneAttention, func() {
			s.call(vm.CmdHold, func(ctx context.Context) error { return s.c.Centre.Retrieve(ctx, call.ID) })
		})
		c.Checked = true
		return c
	}
	return s.build(vm.CmdHold, vm.IconHold, s.p.T("cmd.hold_short"), why, vm.ToneNeutral, func() {
		s.call(vm.CmdHold, func(ctx context.Context) error { return s.c.Centre.Hold(ctx, call.ID) })
	})
}

func (s *Screen) muteCommand() command {
	icon, title, tone := vm.IconMute, s.p.T("cmd.mute_on"), vm.ToneNeutral
	muted := s.phone.Muted
	if muted {
		icon, title, tone = vm.IconUnmute, s.p.T("cmd.mute_off"), vm.ToneAttention
	}
	c := s.build(vm.CmdMute, icon, title, s.needCall(), tone, func() {
		s.callThen(vm.CmdMute, func(context.Context) error {
			s.c.Phone.SetMuted(!muted)
			return nil
		}, func() { s.phone.Muted = !muted })
	})
	c.Checked = muted
	return c
}

func (s *Screen) keypadCommand() command {
	c := s.build(vm.CmdKeypad, vm.IconKeypad, "", needs(s.needCall(), s.needServer()), vm.ToneNeutral, func() {
		open := !s.keypad.Open
		s.keypad = Keypad{Open: open}
		if open {
			s.focusOn(vm.FocusKeypad)
		}
	})
	c.Checked = s.keypad.Open
	return c
}

func (s *Screen) hangUpCommand() command {
	call := s.liveContact()
	return s.build(vm.CmdHangUp, vm.IconHangUp, "", needs(s.needCall(), s.needServer()), vm.ToneCritical, func() {
		s.call(vm.CmdHangUp, func(ctx context.Context) error { return s.c.Centre.HangUp(ctx, call.ID) })
	})
}

func (s *Screen) endCommand() command {
	why := needs(
		unless(s.current != "", s.p.T("why.no_interaction")),
		unless(s.liveOf(s.current) == nil, s.p.T("why.call_runs")))
	return s.build(vm.CmdEnd, vm.IconEnd, "", why, vm.ToneNeutral, func() {
		if s.c.OnEnd != nil {
			s.c.OnEnd(s.current)
		}
	})
}

// asksReady says whether the agent has asked for contacts, now or after the work
// at hand.
func (s *Screen) asksReady() bool {
	me := s.world.Me
	return me.State == model.AgentReady || me.State != model.AgentNotReady && me.ReadyNext
}

func (s *Screen) readyCommand() command {
	if s.asksReady() {
		reason := ""
		if all := s.world.Profile.Reasons; len(all) > 0 {
			reason = all[0].ID
		}
		return s.build(vm.CmdReady, vm.IconNotReady, s.p.T("agent.not_ready"), s.needServer(), vm.ToneNeutral, func() {
			s.call(vm.CmdReady, func(ctx context.Context) error { return s.c.Centre.SetNotReady(ctx, reason) })
		})
	}
	tone := vm.ToneNeutral
	if s.world.Me.State == model.AgentNotReady {
		tone = vm.TonePositive
	}
	why := needs(unless(s.agent(), s.p.T("why.no_agent")), s.needServer())
	return s.build(vm.CmdReady, vm.IconReady, s.p.T("agent.ready"), why, tone, func() {
		s.call(vm.CmdReady, s.c.Centre.SetReady)
	})
}

func (s *Screen) wrappingUp() bool { return !s.world.Me.WrapUpDeadline.IsZero() }

// wrapsUp says that the wrap-up is about a contact of an interaction.
func (s *Screen) wrapsUp(interaction string) bool {
	return s.wrappingUp() && slices.ContainsFunc(s.contactsOf(interaction), func(c model.Contact) bool {
		return c.ID == s.world.Me.WrapUpContact
	})
}

// endWrapUpIfAny ends a wrap-up that may be over already.
func (s *Screen) endWrapUpIfAny(ctx context.Context) error {
	err := s.c.Centre.EndWrapUp(ctx)
	if vm.IsKind(err, model.KindConflict) {
		return nil
	}
	return err
}

func (s *Screen) endWrapUpCommand() command {
	why := needs(unless(s.wrappingUp(), s.p.T("why.no_wrap_up")), s.needServer())
	return s.build(vm.CmdEndWrapUp, vm.IconCheck, "", why, vm.ToneNeutral, func() {
		s.call(vm.CmdEndWrapUp, s.c.Centre.EndWrapUp)
	})
}

func (s *Screen) extendCommand() command {
	why := needs(
		unless(s.wrappingUp(), s.p.T("why.no_wrap_up")),
		unless(s.world.Me.WrapUpExtendable, s.p.T("why.not_extendable")), s.needServer())
	return s.build(vm.CmdExtend, vm.IconExtend, "", why, vm.ToneNeutral, func() {
		s.call(vm.CmdExtend, s.c.Centre.ExtendWrapUp)
	})
}
