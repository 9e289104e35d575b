package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/programme"
	"membergate/internal/redact"
)

// program is what every command is given, so that tests can give something else.
type program struct {
	env   func(name string) string // the environment
	out   io.Writer                // what a command was asked for
	log   io.Writer                // everything else
	now   func() time.Time         // real time, for tokens
	build func(ctx context.Context, s Settings, log *slog.Logger) (*Parts, error)
}

// commands are the program's, in the order of its help; serve is what runs without a name.
var commands = []func(*program) *cobra.Command{
	serveCommand,
	workerCommand,
	tokenCommand,
	importCommand,
	settleCommand,
	seedCommand,
	rewardsCommand,
	reconcileCommand,
	recommendCommand,
	manifestCommand,
	keysCommand,
	backupCommand,
	restoreCommand,
	incidentCommand,
	deadCommand,
	migrateCommand,
}

// run runs one command; its error is for people, one line for each thing that is wrong.
func run(ctx context.Context, args []string, p *program) error {
	serve := serveCommand(p)
	root := &cobra.Command{
		Use:           "server",
		Short:         "Membergate: one GraphQL door for member apps",
		Long:          "Membergate is one GraphQL door for member apps. Without a command it serves; settings come from the environment.",
		Args:          cobra.NoArgs,
		RunE:          serve.RunE,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.Flags().AddFlagSet(serve.Flags())
	for _, command := range commands {
		root.AddCommand(command(p))
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetArgs(args)
	root.SetOut(p.out)
	root.SetErr(p.log)
	return root.ExecuteContext(ctx)
}

// settings reads the environment.
func (p *program) settings() (Settings, error) { return readSettings(p.env) }

// logger writes JSON lines.
func (p *program) logger() *slog.Logger {
	return slog.New(redact.Handler(slog.NewJSONHandler(p.log, nil)))
}

// configured reads the environment, and the programme that it names.
func (p *program) configured() (Settings, book, error) {
	settings, err := p.settings()
	if err != nil {
		return Settings{}, nil, err
	}
	rules, err := programme.Keep(settings.Programme)
	return settings, rules, err
}

// opened does what needs the stores, with the patience of a command, and closes them.
func (p *program) opened(ctx context.Context, settings Settings, do func(*stores) error) (err error) {
	st, err := openStores(ctx, settings, true, p.logger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	return do(st)
}

// bound does what needs the stores to keep the programme's promises.
func (p *program) bound(ctx context.Context, settings Settings, rules book, do func(*stores) error) error {
	return p.opened(ctx, settings, func(st *stores) error {
		if err := st.bind(ctx, rules); err != nil {
			return err
		}
		return do(st)
	})
}

// withStores does what needs the stores and the programme, and closes them.
func (p *program) withStores(ctx context.Context, do func(context.Context, *stores, Settings, book) error) error {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	return p.bound(ctx, settings, rules, func(st *stores) error { return do(ctx, st, settings, rules) })
}
