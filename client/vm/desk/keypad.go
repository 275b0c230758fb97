package desk

import (
	"context"
	"strings"

	"parley/client/vm"
)

// Press sends one digit of the keypad: 0-9, *, #, A-D.
func (s *Screen) Press(digit string) {
	s.Post(func() {
		digit = strings.ToUpper(digit)
		if s.liveContact() == nil || !s.keypad.Open || len(digit) != 1 || !strings.Contains("0123456789*#ABCD", digit) {
			return
		}
		s.keypad.Sent += digit
		s.digits += digit
		s.sendDigits()
	})
}

// CloseKeypad closes the keypad.
func (s *Screen) CloseKeypad() { s.Post(func() { s.keypad = Keypad{} }) }

// sendDigits sends what was pressed while the digits before were on their way, so
// that they arrive in their order.
func (s *Screen) sendDigits() {
	call := s.liveContact()
	if s.sending || s.digits == "" || call == nil {
		return
	}
	// The wire takes at most 32 digits at once.
	n := min(len(s.digits), 32)
	digits := s.digits[:n]
	s.digits, s.sending = s.digits[n:], true
	var err error
	s.Call(func(ctx context.Context) { err = s.c.Centre.SendDigits(ctx, call.ID, digits) }, func() {
		s.sending = false
		s.keypad.Problem = ""
		if err != nil {
			s.keypad.Problem = vm.ErrorText(s.p, err)
			s.digits = ""
		}
		s.sendDigits()
	})
}

func (s *Screen) keypadState() Keypad {
	k := s.keypad
	k.Title, k.Close = vm.CommandTitle(s.p, vm.CmdKeypad), s.p.T("action.close")
	k.Keys = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"}
	return k
}
