// Package desk is the frame of the one window: the context area with account,
// alerts, contact and agent, the toolbar, the navigation bar, the switcher of
// open interactions, the workspace's tabs, the card of an incoming offer and the
// status bar.
//
// The desk decides which interaction is current. An event never changes it while
// it is open: only accepting, beginning or choosing one does, so that what is
// typed stays where it belongs. A ringing offer never asks for focus.
package desk

import "parley/client/vm"

// State is everything the frame shows.
type State struct {
	// Title is the window's title.
	Title   string
	Account AccountPanel
	Alerts  AlertsPanel
	Contact ContactPanel
	You     YouPanel
	// Toolbar holds the buttons in order, in groups that a gap separates:
	// answer, call, hang up, work. The last group stands at the right end.
	Toolbar [][]vm.Command
	Keypad  Keypad
	// Navigation holds the places; Place is the one that is shown.
	Navigation []Place
	Place      PlaceID
	// Interactions are the open ones, oldest first; Current is the id of the one
	// that the context area, the workspace and the scratch pad are about, and
	// empty if there is none.
	Interactions []OpenInteraction
	Current      string
	// Tabs are those of the place Work; Tab is the chosen one.
	Tabs []Tab
	Tab  TabID
	// Offer is the card of the ringing contact; nil when none rings.
	Offer *OfferCard
	// Question is open while the desk waits for an answer; nil otherwise.
	Question *vm.Question
	Status   StatusBar
	// Ring says whether the ringer sounds; RingSoft that a call is running, so
	// that it sounds quietly.
	Ring     bool
	RingSoft bool
	// Notification is to be shown by the operating system; nil takes the last
	// one away. The same ID is the same notification.
	Notification *Notification
	Focus        vm.Focus
	// Commands are all commands of the window, those of the toolbar included:
	// menus and shortcuts are made from them.
	Commands []vm.Command
	Labels   Labels
	// AsksClose says that a call runs: a shell that is to be closed runs
	// CmdClose, and closes when QuestionClose is answered with AnswerYes.
	AsksClose bool
}

// Labels are the fixed texts.
type Labels struct {
	Account    string
	Alerts     string
	Contact    string
	You        string
	ScratchPad string
	// Menu names the button that opens the state menu.
	Menu string
	// Open names the switcher of open interactions.
	Open string
	// Details names the button that opens a list of details.
	Details string
}

// AccountPanel says whose business the current interaction is.
type AccountPanel struct {
	Icon string
	// Name is the account's name, or what is known instead: a number, or that
	// nobody is there.
	Name   string
	Detail string
	// Standing is "confirmed", "2 accounts have this number" and the like.
	Standing  string
	Tone      vm.Tone
	Confirmed bool
	// Candidates is how many accounts have the number; 0 once confirmed.
	Candidates int
	// Commands are Confirm or Undo; empty when neither can be.
	Commands []vm.Command
}

// AlertsPanel shows two alerts at a time.
type AlertsPanel struct {
	Visible []Alert
	// All is for tests and screen readers; the most urgent first.
	All []Alert
	// Pager is "2 of 5"; empty when all are visible.
	Pager    string
	Previous vm.Command
	Next     vm.Command
	// None is shown when there is no alert.
	None string
}

// Alert is one line of the alerts.
type Alert struct {
	Key  string
	Tone vm.Tone
	Icon string
	Text string
	// Target says where a click leads, for OpenAlert; empty means nowhere.
	Target Target
}

// Target is where an alert leads.
type Target string

// The targets.
const (
	TargetNone     Target = ""
	TargetReady    Target = "ready"
	TargetSettings Target = "settings"
	TargetNote     Target = "note"
	TargetContact  Target = "contact"
	TargetExtend   Target = "extend"
	TargetLost     Target = "lost"
)

// The pager's commands.
const (
	CmdAlertsPrevious vm.CommandID = "alerts_previous"
	CmdAlertsNext     vm.CommandID = "alerts_next"
)

// CmdClose asks whether the window is to be closed during a call.
const CmdClose vm.CommandID = "close"

// ContactPanel is about the contact of the current interaction.
type ContactPanel struct {
	// Line is "+33 1 40 00 00 01 → 100 Sales".
	Line string
	Icon string
	// Word is the state as a word: talking, on hold, wrap-up, none.
	Word string
	Tone vm.Tone
	// Talk is "Talk 02:41", Hold "Hold 00:12"; empty when they do not run.
	Talk string
	Hold string
	// Queue is "Waiting 3, longest 0:48".
	Queue string
	// Why is the sentence that explains the assignment; WhyDetails its figures.
	Why        string
	WhyDetails []vm.Field
	Muted      bool
}

// YouPanel is about the agent.
type YouPanel struct {
	Name string
	Icon string
	// Word is the state, Timer how long it lasts.
	Word  string
	Timer string
	Tone  vm.Tone
	// Reason is that of being not ready; Next what comes after the work at hand.
	Reason string
	Next   string
	// Loads are "Voice 1/1", one a channel.
	Loads []string
	// WrapUp is the countdown "Ends in 00:25"; empty when there is none.
	WrapUp string
	// Menu is the state menu.
	Menu []MenuItem
}

// MenuItem is one entry of the state menu, chosen by ChooseState(Command, Reason).
type MenuItem struct {
	vm.Command
	// Reason belongs to the entries that make not ready.
	Reason string
}

// CmdNotReady is the command of the menu entries that make not ready.
const CmdNotReady vm.CommandID = "not_ready"

// Keypad is the entry of digits for the far side.
type Keypad struct {
	Open    bool
	Title   string
	Keys    []string
	Sent    string
	Close   string
	Problem string
}

// PlaceID names a place of the navigation bar.
type PlaceID string

// The places.
const (
	PlaceWork     PlaceID = "work"
	PlaceAccounts PlaceID = "accounts"
	PlaceHistory  PlaceID = "history"
	PlaceLive     PlaceID = "live"
	PlaceSettings PlaceID = "settings"
	PlaceHelp     PlaceID = "help"
)

// Place is one entry of the navigation bar, chosen by GoTo.
type Place struct {
	ID    PlaceID
	Title string
	Icon  string
	// Badge is a figure; empty means none.
	Badge  string
	Chosen bool
	Hint   string
}

// OpenInteraction is one entry of the switcher, chosen by Select.
type OpenInteraction struct {
	ID    string
	Title string
	// Word is talking, on hold, wrap-up, or open.
	Word   string
	Icon   string
	Tone   vm.Tone
	Timer  string
	Chosen bool
}

// RowKey makes OpenInteraction a vm.Row.
func (o OpenInteraction) RowKey() string { return o.ID }

// TabID names a tab of the workspace.
type TabID string

// The tabs; TabNote exists only in a narrow window.
const (
	TabOverview TabID = "overview"
	TabHistory  TabID = "history"
	TabNote     TabID = "note"
)

// Tab is one tab of the workspace, chosen by ChooseTab.
type Tab struct {
	ID     TabID
	Title  string
	Icon   string
	Chosen bool
}

// OfferCard is about a ringing contact.
type OfferCard struct {
	// Key is the contact and offer number.
	Key   string
	Title string
	// Who is the account's name when exactly one has the number, else the number.
	Who    string
	Number string
	Queue  string
	// Countdown is "00:14"; Fraction is what is left of the ring time, 0 to 1.
	Countdown string
	Fraction  float64
	Waited    string
	Why       string
	// Effect says what Accept does to the current call; empty if nothing.
	Effect string
	Accept vm.Command
	Reject vm.Command
}

// StatusBar is the bottom line.
type StatusBar struct {
	LinkIcon string
	Link     string
	LinkTone vm.Tone
	SyncIcon string
	Sync     string
	SyncTone vm.Tone
	// Queues are "Sales: 3 waiting, longest 00:48".
	Queues []string
	Clock  string
}

// Notification is one for the operating system.
type Notification struct {
	ID    string
	Title string
	Body  string
}

// The questions, and their answers for Answer.
const (
	QuestionSignOut = "sign_out"
	QuestionClose   = "close"

	AnswerYes     = "yes"
	AnswerDismiss = "dismiss"
	AnswerCancel  = "cancel"
)
