package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/backup"
	"membergate/internal/boltstore"
	"membergate/internal/mongostore"
)

func backupCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "backup DIR",
		Short: "Write everything that must not be lost as JSON lines, with counts and hashes",
		Long: "Writes a new folder with a file of JSON lines for each collection, the pictures of DATA_DIR, and backup.json with counts\n" +
			"and hashes. Personal texts stay sealed; SECRET_KEYS is not in it, so keep that file elsewhere. The embedded store is\n" +
			"written as it is at one moment. A server's documents are each whole, but of different moments while others write: stop\n" +
			"gateways and workers for a backup whose ledgers agree to the last entry. What lies in Redis is made anew.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.backup(c.Context(), args[0]) },
	}
}

func restoreCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "restore DIR",
		Short: "Put a backup into empty stores, and close again the accounts that were closed since",
		Long: "Checks all counts and hashes of a backup and puts it into an empty database, or a DATA_DIR without a store. It may be\n" +
			"killed and run again; until it is done no gateway and no worker starts on the database. Accounts that were closed for\n" +
			"good after the backup are closed again before it ends, as far as Redis or the database know of them.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.restore(c.Context(), args[0]) },
	}
}

func (p *program) backup(ctx context.Context, dir string) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.opened(ctx, settings, func(st *stores) error {
		bar := newBar(p.log, "documents written")
		defer bar.end()
		s, err := backup.Write(ctx, dir, st.source, settings.pictures(), time.Now(), func(n int) { bar.tell(n, 0) })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%s holds %d documents of %d kinds and %d files.\n", dir, s.Lines(), len(s.Places), len(s.Files))
		return err
	})
}

// pictures are the files that lie in the data directory; nil where a service keeps them.
func (s Settings) pictures() fs.FS {
	dir := s.pictureDir()
	if _, err := os.Stat(dir); s.Files.Endpoint != "" || err != nil {
		return nil
	}
	return os.DirFS(dir)
}

func (s Settings) pictureDir() string { return filepath.Join(s.DataDir, "files") }

func (p *program) restore(ctx context.Context, dir string) error {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	b, err := backup.Open(dir)
	if err != nil {
		return err
	}
	if len(b.Files) > 0 && settings.Files.Endpoint != "" {
		return fmt.Errorf("%s holds %d pictures and S3_ENDPOINT is %q; allowed is none, because they lie in DATA_DIR", dir, len(b.Files), settings.Files.Endpoint)
	}
	target, done, err := settings.target(ctx)
	if err != nil {
		return err
	}
	bar := newBar(p.log, "documents put back")
	err = b.Into(ctx, target, settings.pictureDir(), func(n int) { bar.tell(n, b.Lines()) })
	bar.end()
	if err != nil {
		return errors.Join(err, done())
	}
	settings.Restoring = true
	closed := 0
	err = p.bound(ctx, settings, rules, func(st *stores) error {
		closed, err = p.closeAgain(ctx, settings, st, rules)
		return err
	})
	if err == nil {
		err = target.End(ctx)
	}
	if err = errors.Join(err, done()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%d documents and %d files of %s are back; %d accounts that were closed since are closed again.\n",
		b.Lines(), len(b.Files), b.At.Format(time.RFC3339), closed)
	return err
}

// target is what a backup is put into.
func (s Settings) target(ctx context.Context) (backup.Target, func() error, error) {
	if s.EmbeddedMongo() {
		return boltstore.NewRestore(s.DataDir), func() error { return nil }, nil
	}
	m, err := mongostore.Open(ctx, s.MongoURI.Reveal(), s.MongoDatabase)
	if err != nil {
		return nil, nil, err
	}
	m = m.Patient(commandPatience)
	return m.Backup(), func() error { return m.Close(context.WithoutCancel(ctx)) }, nil
}

// closeAgain erases the accounts that were closed for good and are there again.
func (p *program) closeAgain(ctx context.Context, settings Settings, st *stores, rules book) (int, error) {
	service := st.closingService(settings, rules, func(context.Context) time.Time { return time.Now() })
	n, err := st.returned(ctx, service, time.Now())
	for left := n; err == nil && left > 0; {
		b, sweepErr := service.Sweep(ctx, time.Now(), deletionsAtOnce)
		if err = errors.Join(sweepErr, b.Err); b.Done == 0 {
			break
		}
		left -= b.Done
	}
	return n, err
}
