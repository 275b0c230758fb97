package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestQueriesUseAnIndex asks SQLite how it would answer each query: tables that
// grow with the years may not be read from end to end.
func TestQueriesUseAnIndex(t *testing.T) {
	s := place{Config{Dir: t.TempDir()}}.open(t)
	files, err := filepath.Glob("query/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries: %v", err)
	}
	query := regexp.MustCompile(`(?s)-- name: (\w+) :\w+\n(.*?);`)
	argument := regexp.MustCompile(`sqlc\.arg\(\w+\)|\$\d+`)
	scan := regexp.MustCompile(`^SCAN (contact|interaction|interaction_word|account|account_word|account_number|session|command|event|w\d?|e)$`)
	plans := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range query.FindAllStringSubmatch(string(text), -1) {
			for _, step := range plan(t, s, argument.ReplaceAllString(q[2], "1")) {
				plans++
				if scan.MatchString(step) {
					t.Errorf("%s: %s", q[1], step)
				}
			}
		}
	}
	if plans < 40 {
		t.Errorf("only %d steps of plans were seen", plans)
	}
}

func plan(t *testing.T, s *Store, query string) []string {
	t.Helper()
	rows, err := s.write.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, strings.TrimSpace(step))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
