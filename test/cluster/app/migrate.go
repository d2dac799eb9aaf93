package main

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrate applies the embedded SQL files to DATABASE_URL, oldest first.
func migrate(args []string) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	to := flags.Int64("to", 0, "stop at this version, 0 is the newest")
	fail := flags.Bool("fail", false, "apply a migration with a syntax error too")
	offline := flags.Bool("offline", false, "do not touch the database")
	behave := behaviour(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Printf("app %s migrating\n", version())
	if behave() {
		return nil
	}
	url := os.Getenv("DATABASE_URL")
	if *offline {
		return nil
	}
	if url == "" {
		return errors.New("DATABASE_URL is not set")
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := apply(db, "migrations/good", *to); err != nil {
		return err
	}
	if *fail {
		return apply(db, "migrations/failing", 0)
	}
	return nil
}

// apply brings the database to a version (0: the newest) of one folder of files.
func apply(db *sql.DB, folder string, to int64) error {
	provider, err := openMigrations(db, folder)
	if err != nil {
		return err
	}
	ctx := context.Background()
	before := time.Now()
	var results []*goose.MigrationResult
	if to > 0 {
		results, err = provider.UpTo(ctx, to)
	} else {
		results, err = provider.Up(ctx)
	}
	for _, result := range results {
		fmt.Printf("applied %s (%s)\n", result.Source.Path, result.Duration.Round(time.Millisecond))
	}
	if err != nil {
		return err
	}
	at, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d applied in %s, schema is at version %d\n", len(results), time.Since(before).Round(time.Millisecond), at)
	return nil
}

func openMigrations(db *sql.DB, folder string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files)
}

// newestMigration is the version that this program's code needs.
func newestMigration() (int64, error) {
	provider, err := openMigrations(&sql.DB{}, "migrations/good")
	if err != nil {
		return 0, err
	}
	sources := provider.ListSources()
	return sources[len(sources)-1].Version, nil
}

// schemaVersion is 0 for a database that was never migrated.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var exists bool
	if err := db.QueryRowContext(ctx, "select to_regclass('goose_db_version') is not null").Scan(&exists); err != nil || !exists {
		return 0, err
	}
	var at int64
	err := db.QueryRowContext(ctx, "select coalesce(max(version_id), 0) from goose_db_version where is_applied").Scan(&at)
	return at, err
}
