package accounts

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/store"
)

// Columns are the names an import file may have in its first line, in any
// order; only name is needed. Numbers may hold several, separated by ";".
var Columns = [...]string{
	"type", "name", "company", "numbers", "email", "street", "postal_code", "city", "country", "language",
}

// MaxImport is the most rows of one import, MaxRowErrors the most errors told.
const (
	MaxImport    = 1_000_000
	MaxRowErrors = 1_000
)

// RowError says what is wrong with one row of an import file.
type RowError struct {
	Line   int
	Column string
	Reason string
}

// Import reads accounts from CSV (RFC 4180, UTF-8, first line names the
// columns). Either all rows are stored or, when one is wrong, none.
func (s *Service) Import(ctx context.Context, user domain.UserID, file io.Reader) (int, []RowError, error) {
	r := csv.NewReader(file)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return 0, nil, &domain.Error{Kind: domain.Invalid, Subject: "file", Text: "the file has no first line with column names", Cause: err}
	}
	columns, err := readHeader(header)
	if err != nil {
		return 0, nil, err
	}
	accounts, wrong, err := s.readRows(r, columns)
	if err != nil || len(wrong) > 0 {
		return 0, wrong, err
	}
	err = s.store.Update(ctx, domain.Actor{User: user}, "", func(tx *store.Tx) error {
		fresh := make([]*account.Account, len(accounts))
		for i := range accounts {
			a := accounts[i]
			fresh[i] = &a
		}
		return tx.PutAccounts(fresh, "account.imported")
	})
	if err != nil {
		return 0, nil, err
	}
	return len(accounts), nil, nil
}

func readHeader(header []string) ([]string, error) {
	columns := make([]string, len(header))
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		if !slices.Contains(Columns[:], name) {
			return nil, &domain.Error{
				Kind: domain.Invalid, Subject: "file",
				Text: fmt.Sprintf("line 1: unknown column %q; allowed are %s", h, strings.Join(Columns[:], ", ")),
			}
		}
		if slices.Contains(columns[:i], name) {
			return nil, &domain.Error{Kind: domain.Invalid, Subject: "file", Text: fmt.Sprintf("line 1: column %q stands twice", name)}
		}
		columns[i] = name
	}
	if !slices.Contains(columns, "name") {
		return nil, &domain.Error{Kind: domain.Invalid, Subject: "file", Text: "line 1: there is no column \"name\""}
	}
	return columns, nil
}

func (s *Service) readRows(r *csv.Reader, columns []string) ([]account.Account, []RowError, error) {
	var accounts []account.Account
	var wrong []RowError
	for len(wrong) < MaxRowErrors {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, append(wrong, RowError{Line: parse.Line, Reason: parse.Err.Error()}), nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read the file: %w", err)
		}
		if len(accounts) == MaxImport {
			return nil, nil, domain.Errorf(domain.Invalid, "an import has at most %d rows: split the file", MaxImport)
		}
		line, _ := r.FieldPos(0)
		a, bad := s.readRow(row, columns)
		if bad != nil {
			bad.Line = line
			wrong = append(wrong, *bad)
			continue
		}
		accounts = append(accounts, a)
	}
	return accounts, wrong, nil
}

func (s *Service) readRow(row, columns []string) (account.Account, *RowError) {
	a := account.Account{ID: domain.AccountID(s.newID())}
	if len(row) != len(columns) {
		return a, &RowError{Reason: fmt.Sprintf("%d fields, but the first line names %d columns", len(row), len(columns))}
	}
	for i, value := range row {
		if !utf8.ValidString(value) {
			return a, &RowError{Column: columns[i], Reason: "not UTF-8: save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"}
		}
		set(&a, columns[i], strings.TrimSpace(value))
	}
	if err := a.Check(s.country); err != nil {
		bad := &RowError{Reason: err.Error()}
		if e, ok := errors.AsType[*domain.Error](err); ok {
			bad.Column, bad.Reason = columnOf(e.Subject), e.Text
		}
		return a, bad
	}
	return a, nil
}

func columnOf(subject string) string {
	if subject == "number" {
		return "numbers"
	}
	return subject
}

func set(a *account.Account, column, value string) {
	switch column {
	case "type":
		a.Type = account.Type(strings.ToLower(value))
	case "name":
		a.Name = value
	case "company":
		a.Company = value
	case "numbers":
		for n := range strings.SplitSeq(value, ";") {
			if n = strings.TrimSpace(n); n != "" {
				a.Numbers = append(a.Numbers, account.Number{Typed: n})
			}
		}
	case "email":
		a.Email = value
	case "street":
		a.Street = value
	case "postal_code":
		a.PostalCode = value
	case "city":
		a.City = value
	case "country":
		a.Country = strings.ToUpper(value)
	case "language":
		a.Language = value
	}
}
