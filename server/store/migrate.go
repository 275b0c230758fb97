package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migration/*.sql
var migrations embed.FS

// migrator knows the steps of the schema. Several programs that start on one
// PostgreSQL at the same time wait for each other; SQLite has one program.
func migrator(db *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	steps, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, translate(err, "read the steps of the schema")
	}
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if dialect == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, translate(err, "prepare the lock of the schema")
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, steps, opts...)
	if err != nil {
		return nil, translate(err, "prepare the schema")
	}
	return p, nil
}

func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect) error {
	p, err := migrator(db, dialect)
	if err != nil {
		return err
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return translate(err, "read the version of the schema")
	}
	sources := p.ListSources()
	if know := sources[len(sources)-1].Version; has > know {
		return newerSchema(has, know)
	}
	if _, err := p.Up(ctx); err != nil {
		return translate(err, "bring the schema up to date")
	}
	return nil
}
