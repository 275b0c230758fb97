package vm

// The icons that states name; assets/icons has one SVG file of the same name
// each.
const (
	IconAccept     = "accept"
	IconReject     = "reject"
	IconHold       = "hold"
	IconRetrieve   = "retrieve"
	IconMute       = "mute"
	IconUnmute     = "unmute"
	IconKeypad     = "keypad"
	IconHangUp     = "hangup"
	IconEnd        = "end"
	IconReady      = "ready"
	IconNotReady   = "notready"
	IconWrapUp     = "wrapup"
	IconExtend     = "extend"
	IconOnContact  = "oncontact"
	IconRinging    = "ringing"
	IconOffline    = "offline"
	IconOnline     = "online"
	IconConnecting = "connecting"
	IconSignedOut  = "signedout"
	IconConfirm    = "confirm"
	IconConfirmed  = "confirmed"
	IconUndo       = "undo"
	IconPerson     = "person"
	IconCompany    = "company"
	IconUnknown    = "unknown"
	IconWork       = "work"
	IconAccounts   = "accounts"
	IconHistory    = "history"
	IconLive       = "live"
	IconSettings   = "settings"
	IconHelp       = "help"
	IconNote       = "note"
	IconSearch     = "search"
	IconAdd        = "add"
	IconCheck      = "check"
	IconWarning    = "warning"
	IconError      = "error"
	IconInfo       = "info"
	IconClock      = "clock"
	IconPhone      = "phone"
	IconMicrophone = "microphone"
	IconSpeaker    = "speaker"
	IconBell       = "bell"
	IconSync       = "sync"
)

// Icons lists all icon names, for the test that each has a file.
func Icons() []string {
	return []string{
		IconAccept, IconReject, IconHold, IconRetrieve, IconMute, IconUnmute, IconKeypad,
		IconHangUp, IconEnd, IconReady, IconNotReady, IconWrapUp, IconExtend, IconOnContact,
		IconRinging, IconOffline, IconOnline, IconConnecting, IconSignedOut, IconConfirm,
		IconConfirmed, IconUndo, IconPerson, IconCompany, IconUnknown, IconWork, IconAccounts,
		IconHistory, IconLive, IconSettings, IconHelp, IconNote, IconSearch, IconAdd, IconCheck,
		IconWarning, IconError, IconInfo, IconClock, IconPhone, IconMicrophone, IconSpeaker,
		IconBell, IconSync,
	}
}
