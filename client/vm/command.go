package vm

// The commands of the desktop. A shell shows them from the states that carry
// them and runs them with the screen's Do.
const (
	CmdAccept    CommandID = "accept"
	CmdReject    CommandID = "reject"
	CmdHold      CommandID = "hold"
	CmdMute      CommandID = "mute"
	CmdKeypad    CommandID = "keypad"
	CmdHangUp    CommandID = "hang_up"
	CmdEnd       CommandID = "end_interaction"
	CmdReady     CommandID = "ready"
	CmdEndWrapUp CommandID = "end_wrap_up"
	CmdExtend    CommandID = "extend_wrap_up"
	CmdConfirm   CommandID = "confirm_account"
	CmdUnconfirm CommandID = "undo_confirm"
	CmdNote      CommandID = "scratch_pad"
	CmdSearch    CommandID = "search"
	CmdHistory   CommandID = "history"
	CmdOverview  CommandID = "overview"
	CmdLive      CommandID = "live"
	CmdSettings  CommandID = "settings"
	CmdHelp      CommandID = "help"
	CmdSignOut   CommandID = "sign_out"
	CmdNextTab   CommandID = "next_tab"
	CmdNextWork  CommandID = "next_interaction"
)
