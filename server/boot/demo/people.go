package demo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"parley/assets"
	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
)

// The sizes of the demo centre.
const (
	people = 1000
	days   = 120
	seed   = 20260801
)

// land is what the accounts of one country are made of.
type land struct {
	Country   string      `json:"country"`
	Language  string      `json:"language"`
	Dial      string      `json:"dial"`
	Mobile    string      `json:"mobile"`
	Digits    int         `json:"digits"`
	Given     []string    `json:"given"`
	Family    []string    `json:"family"`
	Places    [][2]string `json:"places"`
	Streets   []string    `json:"streets"`
	Companies []string    `json:"companies"`
	Notes     []string    `json:"notes"`
}

func lands() ([]land, error) {
	data, err := assets.FS.ReadFile("demo/people.json")
	if err != nil {
		return nil, fmt.Errorf("read the demo centre's people: %w", err)
	}
	var file struct {
		Countries []land `json:"countries"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read the demo centre's people: %w", err)
	}
	return file.Countries, nil
}

// maker makes people and what they called about, from a fixed seed.
type maker struct {
	rnd   *rand.Rand
	lands []land
	now   time.Time
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// account makes the n-th account; every eighth is a company.
func (m *maker) account(n int) (*account.Account, land) {
	l := m.lands[n%len(m.lands)]
	place := pick(m.rnd, l.Places)
	given, family := pick(m.rnd, l.Given), pick(m.rnd, l.Family)
	national := l.Mobile
	for len(national) < len(l.Mobile)+l.Digits {
		national += fmt.Sprint(m.rnd.IntN(10))
	}
	a := &account.Account{
		ID: domain.AccountID(fmt.Sprintf("demo-%04d", n)), Type: account.Person, Name: given + " " + family,
		Numbers: []account.Number{{Typed: l.Dial + " " + national, E164: l.Dial + national}},
		Email:   fmt.Sprintf("customer%04d@example.com", n), PostalCode: place[0], City: place[1],
		Street: fmt.Sprintf("%d %s", 1+m.rnd.IntN(180), pick(m.rnd, l.Streets)), Country: l.Country, Language: l.Language,
	}
	firm := strings.ReplaceAll(pick(m.rnd, l.Companies), "{family}", family)
	switch {
	case n%8 == 0:
		a.Type, a.Name = account.Company, firm
	case n%5 == 0:
		a.Company = firm
	}
	return a, l
}

// record is one past piece of business.
type record struct {
	contact     *contact.Contact
	interaction *interaction.Interaction
}

var agents = []domain.UserID{"agent-en", "agent-tr", "agent-nl", "agent-az", "agent-fr"}

// record makes the i-th past call of an account, served in working hours.
func (m *maker) record(a *account.Account, i int, note string) record {
	day := m.now.AddDate(0, 0, -1-m.rnd.IntN(days))
	at := time.Date(day.Year(), day.Month(), day.Day(), 8+m.rnd.IntN(10), m.rnd.IntN(60), m.rnd.IntN(60), 0, time.UTC)
	queue := pick(m.rnd, Queues())
	who := pick(m.rnd, agents)
	answered := at.Add(time.Duration(3+m.rnd.IntN(90)) * time.Second)
	ended := answered.Add(time.Duration(40+m.rnd.IntN(600)) * time.Second)
	reason := contact.ByCustomer
	if m.rnd.IntN(3) == 0 {
		reason = contact.ByAgent
	}
	id := fmt.Sprintf("%s-%d", a.ID, i)
	return record{
		contact: &contact.Contact{
			ID: domain.ContactID("call-" + id), Channel: domain.Voice, State: contact.Ended, EndReason: reason,
			Queue: queue.ID, QueueName: queue.Name, ANI: a.Numbers[0].E164, ANIE164: a.Numbers[0].E164, DNIS: queue.DNIS[0],
			Language: a.Language, Agent: who, Interaction: domain.InteractionID(id), OfferNumber: 1,
			Matches: []contact.Match{{Account: a.ID, Name: a.Name, Detail: a.Detail()}}, MatchCount: 1,
			ArrivedAt: at, QueuedAt: at, OfferedAt: answered.Add(-2 * time.Second), AnsweredAt: answered, EndedAt: ended,
		},
		interaction: &interaction.Interaction{
			ID: domain.InteractionID(id), Agent: who, Account: a.ID, AccountName: a.Name, AccountDetail: a.Detail(),
			Contacts: []domain.ContactID{domain.ContactID("call-" + id)}, Note: note, NoteRevision: 1,
			StartedAt: answered, EndedAt: ended.Add(30 * time.Second),
		},
	}
}

// make returns all accounts and their past business.
func (m *maker) make() ([]*account.Account, []record) {
	first := pierre()
	accounts := []*account.Account{first}
	var records []record
	for i, note := range m.lands[0].Notes[:3] {
		records = append(records, m.record(first, i, note))
	}
	for n := 2; n <= people; n++ {
		a, l := m.account(n)
		accounts = append(accounts, a)
		for i := range m.rnd.IntN(4) {
			records = append(records, m.record(a, i, pick(m.rnd, l.Notes)))
		}
	}
	return accounts, records
}

func newMaker(now time.Time) (*maker, error) {
	l, err := lands()
	if err != nil {
		return nil, err
	}
	return &maker{rnd: rand.New(rand.NewPCG(seed, seed)), lands: l, now: now.UTC()}, nil //nolint:gosec // the same centre each time is the point
}
