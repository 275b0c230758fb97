package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"parley/client/model"
	"parley/server/domain"
	domainagent "parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/store"
	"parley/server/voice/media"
)

// commands are what scripts can say. A "!" before a command says that it must
// be refused.
//
//	user NAME CAPACITY QUEUE...      add an agent
//	server start|process|stop|kill [NAME]
//	                                 process: one that can be killed; stop waits in the background
//	server stopped [NAME]            wait until it has stopped
//	call LABEL NUMBER FROM [SERVER]  a customer calls
//	caller LABEL hangup|hold|retrieve
//	agent NAME signin [SERVER] [device=NAME] [takeover]
//	agent NAME signout|ready|notready|robot|extend|endwrapup
//	agent NAME accept|reject|hold|retrieve|hangup CALL
//	agent NAME note|end|digits CALL [TEXT]
//	bus stop|start                   all servers of the NATS cluster
//	crowd N NUMBER                   N customers call and stay
//	expect ...                       wait until it is so, see expectations
func commands() map[string]func(*centre, []string) error {
	return map[string]func(*centre, []string) error{
		"user": func(c *centre, a []string) error {
			c.addUser(a[0], number(c.t, a[1]), a[2:])
			return nil
		},
		"server": (*centre).serverCommand,
		"call": func(c *centre, a []string) error {
			c.dial(a[0], a[1], a[2], at(a, 3))
			return nil
		},
		"caller": (*centre).callerCommand,
		"agent":  (*centre).agentCommand,
		"crowd": func(c *centre, a []string) error {
			for i := range number(c.t, a[0]) {
				c.dial(fmt.Sprint("crowd", i), a[1], fmt.Sprintf("+3314%07d", i), "")
			}
			return nil
		},
		"bus": func(c *centre, a []string) error {
			if a[0] == "stop" {
				c.place.nats.stop()
			} else {
				c.place.nats.start()
			}
			return nil
		},
		"expect": (*centre).expect,
	}
}

func at(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script := txtar.Parse(data)
			if len(script.Files) != 1 || script.Files[0].Name != "centre.yaml" {
				t.Fatal("a script has one file, centre.yaml")
			}
			if !strings.HasPrefix(string(script.Comment), twoServers) {
				t.Run("sqlite", func(t *testing.T) { play(t, script, alone(t)) })
			}
			t.Run("postgres", func(t *testing.T) { play(t, script, together(t)) })
		})
	}
}

// twoServers is the first line of a script that SQLite cannot play.
const twoServers = "# needs two servers\n"

func play(t *testing.T, script *txtar.Archive, where place) {
	c := newCentre(t, where, script.Files[0].Data)
	known := commands()
	for i, line := range strings.Split(string(script.Comment), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		refused := words[0] == "!"
		if refused {
			words = words[1:]
		}
		f := known[words[0]]
		if f == nil {
			t.Fatalf("line %d: there is no command %q", i+1, words[0])
		}
		t.Logf("%d: %s", i+1, line)
		if err := f(c, words[1:]); (err != nil) != refused {
			t.Fatalf("line %d: %s: error %v", i+1, line, err)
		}
	}
}

func (c *centre) serverCommand(a []string) error {
	name := at(a, 1)
	names := []string{name}
	if name == "" {
		names = c.place.nodes
	}
	for _, name := range names {
		switch a[0] {
		case "start":
			if n := c.node(name); n.server == nil && n.process == nil {
				c.start(name)
			}
		case "process":
			c.startProcess(name)
		case "stop":
			n := c.node(name)
			stopped := make(chan struct{})
			n.stopped = stopped
			c.beside.Go(func() {
				defer close(stopped)
				n.server.Close()
			})
		case "stopped":
			n := c.node(name)
			<-n.stopped
			n.server = nil
		case "kill":
			c.end(c.node(name), syscall.SIGKILL)
		default:
			return fmt.Errorf("unknown: server %s", a[0])
		}
	}
	return nil
}

func (c *centre) callerCommand(a []string) error {
	k := c.calls[a[0]]
	switch a[1] {
	case "hangup":
		k.call.HangUp()
		return nil
	case "hold":
		return k.call.Hold(context.Background())
	case "retrieve":
		return k.call.Retrieve(context.Background())
	}
	return fmt.Errorf("unknown: caller %s", a[1])
}

func (c *centre) signIn(args []string) error {
	name, where, device, takeOver := args[0], c.place.nodes[len(c.place.nodes)-1], "", false
	for _, arg := range args[2:] {
		switch {
		case arg == "takeover":
			takeOver = true
		case strings.HasPrefix(arg, "device="):
			device = strings.TrimPrefix(arg, "device=")
		default:
			where = arg
		}
	}
	desktop := c.agent(name)
	if device != "" {
		// Another desktop of the same user; the ones before are NAME@1, NAME@2 ...
		for i := 1; ; i++ {
			before := fmt.Sprintf("%s@%d", name, i)
			if c.agents[before] == nil {
				c.agents[before] = desktop
				break
			}
		}
		desktop = newAgent(c.t, name, device)
		c.agents[name] = desktop
	}
	return desktop.gw.SignIn(context.Background(), "http://"+c.node(where).http, name, password, takeOver)
}

func (c *centre) agentCommand(args []string) error {
	if args[1] == "signin" {
		return c.signIn(args)
	}
	a, ctx := c.agent(args[0]), context.Background()
	plain := map[string]func(context.Context) error{
		"signout": a.gw.SignOut, "ready": a.gw.SetReady, "extend": a.gw.ExtendWrapUp, "endwrapup": a.gw.EndWrapUp,
		"notready": func(ctx context.Context) error { return a.gw.SetNotReady(ctx, "break") },
		"robot":    func(context.Context) error { a.robot.Store(true); return nil },
	}
	if f := plain[args[1]]; f != nil {
		return f(ctx)
	}
	x := c.contactOf(args[2])
	if x == nil {
		return fmt.Errorf("the call %s has no contact", args[2])
	}
	id := string(x.ID)
	switch args[1] {
	case "accept":
		_, err := a.gw.Accept(ctx, id, x.OfferNumber)
		return err
	case "reject":
		return a.gw.Reject(ctx, id, x.OfferNumber)
	case "hold":
		return a.gw.Hold(ctx, id)
	case "retrieve":
		return a.gw.Retrieve(ctx, id)
	case "hangup":
		return a.gw.HangUp(ctx, id)
	case "digits":
		return a.gw.SendDigits(ctx, id, args[3])
	case "note":
		return a.gw.SaveNote(ctx, string(x.Interaction), strings.Join(args[3:], " "))
	case "end":
		return a.gw.End(ctx, string(x.Interaction), true)
	}
	return fmt.Errorf("unknown: agent %s", args[1])
}

// expect waits until it is so.
//
//	expect contact CALL STATE [agent=NAME] [reason=REASON] [held] [held_by_customer]
//	expect agent NAME STATE [reason=REASON] [next]
//	expect desktop NAME online|signed_out|taken_over
//	expect desktop NAME shows|lacks CALL
//	expect hears CALL|agent:NAME tone|music|silence [CALL]
//	expect status CALL STATUS
//	expect over CALL
//	expect digits CALL DIGITS
//	expect note CALL TEXT
//	expect waiting QUEUE N
//	expect served
func (c *centre) expect(a []string) error {
	checks := map[string]func([]string) string{
		"contact": c.missingContact, "agent": c.missingAgent, "desktop": c.missingDesktop, "hears": c.missingSound,
		"served": c.missingService,
		"status": func(a []string) string {
			if got := c.calls[a[0]].status(); fmt.Sprint(got) != a[1] {
				return fmt.Sprintf("status %d", got)
			}
			return ""
		},
		"over": func(a []string) string {
			if !c.calls[a[0]].over() {
				return "the call goes on"
			}
			return ""
		},
		"digits": func(a []string) string {
			if got := c.calls[a[0]].call.Digits(); got != a[1] {
				return fmt.Sprintf("digits %q", got)
			}
			return ""
		},
		"note": c.missingNote,
		"waiting": func(a []string) string {
			n := 0
			for _, x := range c.contacts() {
				if x.Waiting() && string(x.Queue) == a[0] {
					n++
				}
			}
			if fmt.Sprint(n) != a[1] {
				return fmt.Sprintf("%d wait", n)
			}
			return ""
		},
	}
	check := checks[a[0]]
	if check == nil {
		return fmt.Errorf("unknown: expect %s", a[0])
	}
	until(c.t, "expect "+strings.Join(a, " "), func() string { return check(a[1:]) })
	return nil
}

func (c *centre) missingContact(a []string) string {
	x := c.contactOf(a[0])
	if x == nil {
		return "there is no contact"
	}
	is := []string{
		string(x.State), "agent=" + string(x.Agent), "reason=" + string(x.EndReason),
		fmt.Sprintf("offer=%d", x.OfferNumber),
	}
	if x.Held {
		is = append(is, "held")
	} else {
		is = append(is, "retrieved")
	}
	if x.HeldByCustomer {
		is = append(is, "held_by_customer")
	}
	return lacks(is, a[1:])
}

func lacks(is, want []string) string {
	for _, w := range want {
		if !slices.Contains(is, w) {
			return "it is " + strings.Join(is, " ")
		}
	}
	return ""
}

func (c *centre) missingAgent(a []string) string {
	var x *domainagent.Agent
	c.view(func(tx *store.Tx) error {
		var err error
		x, err = tx.Agent(domain.UserID(a[0]))
		return err
	})
	is := []string{string(x.State()), "reason=" + x.Reason, "next=" + string(x.NextPresence)}
	return lacks(is, a[1:])
}

func (c *centre) missingDesktop(a []string) string {
	w := c.agent(a[0]).gw.World()
	switch a[1] {
	case "online":
		if w.Link == model.LinkOnline {
			return ""
		}
	case "taken_over":
		if w.Link == model.LinkSignedOut && w.Ended == model.EndedTakenOver {
			return ""
		}
	case "shows", "lacks":
		x := c.contactOf(a[2])
		shown := slices.ContainsFunc(w.Contacts, func(k model.Contact) bool { return k.ID == string(x.ID) })
		if shown == (a[1] == "shows") {
			return ""
		}
	}
	return fmt.Sprintf("link %d, ended %d, contacts %v", w.Link, w.Ended, w.Contacts)
}

func (c *centre) missingSound(a []string) string {
	sound, tone := media.Sound{}, agentTone
	if name, ok := strings.CutPrefix(a[0], "agent:"); ok {
		sound, tone = c.agent(name).heard(string(c.contactOf(a[2]).ID)), customerTone
	} else {
		sound = c.calls[a[0]].call.Heard()
	}
	is := map[string]bool{
		"tone": hears(sound, tone), "silence": silent(sound),
		"music": level(sound) > 50 && !hears(sound, tone),
	}
	if is[a[1]] {
		return ""
	}
	return fmt.Sprintf("it hears %d samples of level %.0f", len(sound.Samples), level(sound))
}

func (c *centre) missingNote(a []string) string {
	x := c.contactOf(a[0])
	note := ""
	c.view(func(tx *store.Tx) error {
		i, err := tx.Interaction(x.Interaction)
		if err == nil {
			note = i.Note
		}
		return err
	})
	if note != strings.Join(a[1:], " ") {
		return fmt.Sprintf("the note is %q", note)
	}
	return ""
}

// checkOrder checks that whoever waited longer was chosen first. A decision that
// came too late for its agent is made again, while the other agents take a
// customer or two, so places may differ by that.
func (c *centre) checkOrder(all []*contact.Contact) {
	chosen := func(x *contact.Contact) time.Time { return x.QueuedAt.Add(x.Why.Waited) }
	waited, offered := slices.Clone(all), slices.Clone(all)
	slices.SortFunc(waited, func(x, y *contact.Contact) int { return x.QueuedAt.Compare(y.QueuedAt) })
	slices.SortFunc(offered, func(x, y *contact.Contact) int { return chosen(x).Compare(chosen(y)) })
	most := 2 * len(c.agents)
	for i, x := range waited {
		if at := slices.Index(offered, x); at-i > most || i-at > most {
			c.t.Errorf("%s was number %d of those who waited and was chosen as number %d", x.ANI, i+1, at+1)
		}
	}
}

// missingService checks that each customer was served by exactly one agent, in
// the order of the wait.
func (c *centre) missingService([]string) string {
	all := c.contacts()
	for _, x := range all {
		if x.State != contact.Ended || x.EndReason != contact.ByAgent {
			return fmt.Sprintf("contact from %s is %s %s", x.ANI, x.State, x.EndReason)
		}
		if x.OfferNumber != 1 {
			return fmt.Sprintf("contact from %s was offered %d times", x.ANI, x.OfferNumber)
		}
	}
	c.checkOrder(all)
	if len(all) != len(c.calls) {
		return fmt.Sprintf("%d contacts of %d calls", len(all), len(c.calls))
	}
	return ""
}
