// Package main is the gateway's program: it reads the settings, puts the parts together, and serves or runs one of the
// other commands.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(execute(os.Args[1:], &program{
		env:   os.Getenv,
		out:   os.Stdout,
		log:   os.Stderr,
		now:   time.Now,
		build: build,
	}))
}

// execute runs a command until it is done or a signal ends it, and gives the exit code.
func execute(args []string, p *program) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, args, p)
	if err == nil {
		return 0
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(p.log, "Error:", strings.TrimSuffix(line, "\n"))
	}
	return 1
}
