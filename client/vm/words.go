package vm

import (
	"context"
	"errors"
	"strings"
	"time"

	"parley/client/l10n"
	"parley/client/model"
)

// ErrorText is what a user reads about a failed command.
func ErrorText(p *l10n.Printer, err error) string {
	var e *model.Error
	if !errors.As(err, &e) {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return p.T("error.unavailable")
		}
		return p.T("error.internal")
	}
	switch e.Kind {
	case model.KindInvalid:
		return p.T("error.invalid")
	case model.KindNotFound:
		return p.T("error.not_found")
	case model.KindConflict:
		return p.T("error.conflict")
	case model.KindDenied:
		return p.T("error.denied")
	case model.KindUnauthenticated:
		return p.T("error.unauthenticated")
	case model.KindUnavailable:
		return p.T("error.unavailable")
	case model.KindStorageFull:
		return p.T("error.storage_full")
	case model.KindSignedInElsewhere:
		return p.T("error.signed_in_elsewhere")
	case model.KindTooMany:
		return p.T("error.too_many")
	case model.KindInternal:
	}
	return p.T("error.internal")
}

// IsKind says whether an error is of a kind.
func IsKind(err error, kind model.ErrorKind) bool {
	var e *model.Error
	return errors.As(err, &e) && e.Kind == kind
}

// Look is how a state is shown: never by colour alone.
type Look struct {
	Word string
	Icon string
	Tone Tone
}

// AgentLook is how an agent's state is shown.
func AgentLook(p *l10n.Printer, s model.AgentState) Look {
	switch s {
	case model.AgentReady:
		return Look{p.T("agent.ready"), IconReady, TonePositive}
	case model.AgentNotReady:
		return Look{p.T("agent.not_ready"), IconNotReady, ToneAttention}
	case model.AgentOffered:
		return Look{p.T("agent.offered"), IconRinging, ToneAttention}
	case model.AgentOnContact:
		return Look{p.T("agent.on_contact"), IconOnContact, TonePositive}
	case model.AgentWrapUp:
		return Look{p.T("agent.wrap_up"), IconWrapUp, ToneAttention}
	case model.AgentReconnecting:
		return Look{p.T("agent.reconnecting"), IconConnecting, ToneCritical}
	case model.AgentSignedOut:
	}
	return Look{p.T("agent.signed_out"), IconSignedOut, ToneMuted}
}

// ReasonText is the text of a not-ready reason.
func ReasonText(p *l10n.Printer, reasons []model.NotReadyReason, id string) string {
	switch id {
	case "":
		return ""
	case "signed_in":
		return p.T("reason.signed_in")
	case "missed":
		return p.T("reason.missed")
	}
	for _, r := range reasons {
		if r.ID == id {
			return r.Text
		}
	}
	return id
}

// ContactLook is how a contact stands.
func ContactLook(p *l10n.Printer, c model.Contact) Look {
	switch c.State {
	case model.ContactArrived:
		return Look{p.T("contact.arrived"), IconPhone, ToneNeutral}
	case model.ContactQueued:
		return Look{p.T("contact.queued"), IconClock, ToneNeutral}
	case model.ContactOffered:
		return Look{p.T("contact.offered"), IconRinging, ToneAttention}
	case model.ContactConnected:
		if c.Held {
			return Look{p.T("contact.held"), IconHold, ToneAttention}
		}
		if c.HeldByCustomer {
			return Look{p.T("contact.held_by_customer"), IconHold, ToneAttention}
		}
		return Look{p.T("contact.connected"), IconOnContact, TonePositive}
	case model.ContactEnded:
	}
	return EndLook(p, c.EndReason)
}

// EndLook is how a contact ended.
func EndLook(p *l10n.Printer, r model.EndReason) Look {
	switch r {
	case model.EndByCustomer:
		return Look{p.T("end.customer"), IconCheck, ToneMuted}
	case model.EndByAgent:
		return Look{p.T("end.agent"), IconCheck, ToneMuted}
	case model.EndAbandoned:
		return Look{p.T("end.abandoned"), IconWarning, ToneAttention}
	case model.EndInterrupted:
		return Look{p.T("end.interrupted"), IconError, ToneCritical}
	case model.EndReleased:
		return Look{p.T("end.released"), IconWarning, ToneAttention}
	}
	return Look{p.T("end.none"), IconPhone, ToneMuted}
}

// Withheld says whether a caller's number is not known: networks put a word in its
// place.
func Withheld(ani, e164 string) bool {
	if e164 != "" {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(ani)) {
	case "", "anonymous", "restricted", "unavailable":
		return true
	}
	return false
}

// CallerNumber is the caller's number, written internationally.
func CallerNumber(p *l10n.Printer, ani, e164, country string) string {
	switch {
	case Withheld(ani, e164):
		return p.T("contact.no_number")
	case e164 != "":
		return l10n.Phone(e164, country)
	}
	return l10n.Phone(ani, country)
}

// ContactLine is "+33 1 40 00 00 01 → 100 Sales".
func ContactLine(p *l10n.Printer, c model.Contact, country string) string {
	number := CallerNumber(p, c.ANI, c.ANIE164, country)
	target := strings.TrimSpace(c.DNIS + " " + c.QueueName)
	if target == "" {
		return number
	}
	return number + " → " + target
}

// LoadTexts are "Voice 1/1", one a channel.
func LoadTexts(p *l10n.Printer, loads []model.ChannelLoad) []string {
	out := make([]string, 0, len(loads))
	for _, l := range loads {
		out = append(out, p.T("load.voice", "open", l.OpenWork, "capacity", l.Capacity))
	}
	return out
}

// Until is the time left, rounded up to full seconds, so that a countdown shows
// 00:01 until it is over.
func Until(deadline, now time.Time) time.Duration {
	d := deadline.Sub(now)
	if d <= 0 {
		return 0
	}
	return (d + time.Second - 1).Truncate(time.Second)
}

// CommandTitle is what a command is called in tables and menus.
func CommandTitle(p *l10n.Printer, id CommandID) string {
	for _, t := range commandTitles() {
		if t.id == id {
			return p.T(t.key)
		}
	}
	return string(id)
}

type commandTitle struct {
	id  CommandID
	key l10n.Key
}

func commandTitles() []commandTitle {
	return []commandTitle{
		{CmdAccept, "cmd.accept"},
		{CmdReject, "cmd.reject"},
		{CmdHangUp, "cmd.hang_up"},
		{CmdHold, "cmd.hold"},
		{CmdMute, "cmd.mute"},
		{CmdKeypad, "cmd.keypad"},
		{CmdEnd, "cmd.end"},
		{CmdReady, "cmd.ready_toggle"},
		{CmdEndWrapUp, "cmd.end_wrap_up"},
		{CmdExtend, "cmd.extend"},
		{CmdConfirm, "cmd.confirm"},
		{CmdUnconfirm, "cmd.unconfirm"},
		{CmdNote, "cmd.note"},
		{CmdSearch, "cmd.search"},
		{CmdHistory, "cmd.history"},
		{CmdOverview, "cmd.overview"},
		{CmdLive, "place.live"},
		{CmdSettings, "place.settings"},
		{CmdNextWork, "cmd.next_work"},
		{CmdNextTab, "cmd.next_tab"},
		{CmdHelp, "cmd.help"},
		{CmdSignOut, "cmd.sign_out"},
	}
}

// FirstLine is the first line of a note that says something.
func FirstLine(note string) string {
	for line := range strings.Lines(note) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}
