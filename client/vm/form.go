package vm

import (
	"strings"

	"parley/client/l10n"
	"parley/client/model"
)

// The inputs of an AccountForm.
const (
	InputName   = "name"
	InputNumber = "number"
	InputEmail  = "email"
	InputCity   = "city"
)

// AccountForm is the quick create form of an account: what is typed, and what is
// wrong with it. Problems show once Check has been asked.
type AccountForm struct {
	Company bool
	values  map[string]string
	checked bool
}

// NewAccountForm makes a form with a number filled in.
func NewAccountForm(number string) *AccountForm {
	return &AccountForm{values: map[string]string{InputNumber: number}}
}

// Set takes an edited value.
func (f *AccountForm) Set(id, value string) { f.values[id] = value }

// Inputs are the fields with their problems.
func (f *AccountForm) Inputs(p *l10n.Printer, country string) []Input {
	inputs := []Input{
		{ID: InputName, Label: p.T("account.name"), Required: true},
		{ID: InputNumber, Label: p.T("account.number"), Placeholder: "+33 1 23 45 67 89"},
		{ID: InputEmail, Label: p.T("account.email")},
		{ID: InputCity, Label: p.T("account.city")},
	}
	for i := range inputs {
		in := &inputs[i]
		in.Value = f.values[in.ID]
		if f.checked {
			in.Problem = f.problem(p, in.ID, country)
		}
	}
	return inputs
}

// Check shows the problems from now on and says whether there is none.
func (f *AccountForm) Check(p *l10n.Printer, country string) bool {
	f.checked = true
	for _, in := range f.Inputs(p, country) {
		if in.Problem != "" {
			return false
		}
	}
	return true
}

func (f *AccountForm) problem(p *l10n.Printer, id, country string) string {
	value := strings.TrimSpace(f.values[id])
	switch {
	case id == InputName && value == "":
		return p.T("account.name_missing")
	case id == InputNumber && value != "" && l10n.E164(value, country) == "":
		return p.T("account.number_wrong")
	case id == InputEmail && value != "" && !plausibleEmail(value):
		return p.T("account.email_wrong")
	}
	return ""
}

func plausibleEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t")
}

// Account is what the form holds.
func (f *AccountForm) Account(country, language string) model.Account {
	value := func(id string) string { return strings.TrimSpace(f.values[id]) }
	a := model.Account{
		Company: f.Company, Name: value(InputName), Email: value(InputEmail), City: value(InputCity),
		Country: country, Language: language,
	}
	if number := value(InputNumber); number != "" {
		a.Numbers = []model.PhoneNumber{{Typed: number, E164: l10n.E164(number, country)}}
	}
	return a
}

// AccountIcon tells a company from a person.
func AccountIcon(company bool) string {
	if company {
		return IconCompany
	}
	return IconPerson
}

// AccountFacts are the facts of an account that are known, numbers apart.
func AccountFacts(p *l10n.Printer, a model.Account) []Field {
	var out []Field
	add := func(label, value string) {
		if value != "" {
			out = append(out, Field{Label: label, Value: value})
		}
	}
	kind := p.T("account.person")
	if a.Company {
		kind = p.T("account.company")
	}
	add(p.T("account.kind"), kind)
	add(p.T("account.employer"), a.Employer)
	add(p.T("account.street"), a.Street)
	add(p.T("account.city"), strings.TrimSpace(a.PostalCode+" "+a.City))
	add(p.T("account.country"), a.Country)
	add(p.T("account.email"), a.Email)
	if a.Language != "" {
		add(p.T("account.language"), l10n.DisplayLanguage(p, a.Language))
	}
	return out
}

// AccountNumbers are the numbers of an account.
func AccountNumbers(p *l10n.Printer, a model.Account) []Field {
	var out []Field
	for _, n := range a.Numbers {
		out = append(out, Field{Label: p.T("account.number"), Value: CallerNumber(p, n.Typed, n.E164, a.Country)})
	}
	return out
}
