package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"membergate/graph"
	"membergate/internal/manifest"
)

func manifestCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "manifest", Short: "Write and check manifests: the documents that apps are released with"}
	build := &cobra.Command{
		Use:   "build FOLDER",
		Short: "Write a manifest of the operations in a folder's .graphql files",
		Long: "Writes each operation of a folder's .graphql files, with the fragments that it uses, as a manifest in the format of\n" +
			"Apollo's tools, which MANIFESTS reads. Apps that have tools of their own need not use it.",
		Example: "  server manifest build app/operations > manifests/android/4.2.0.json",
		Args:    cobra.ExactArgs(1),
	}
	leaveOut := build.Flags().Bool("leave-out", false, "leave out what the schema does not answer, and say so, instead of failing")
	build.RunE = func(_ *cobra.Command, args []string) error { return p.buildManifest(args[0], *leaveOut) }
	c.AddCommand(build, &cobra.Command{
		Use:   "check FOLDER",
		Short: "List the releases in a folder of manifests; fail if the schema does not answer all that they send",
		Long: "Reads a folder of manifests as MANIFESTS does. Run it before a release with a changed schema: what it lists, the apps\n" +
			"that members have installed would be refused.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return p.checkManifests(args[0]) },
	})
	return c
}

func (p *program) buildManifest(folder string, leaveOut bool) error {
	documents, err := manifest.Gather(os.DirFS(folder))
	if err != nil {
		return fmt.Errorf("the operations in %q: %w", folder, err)
	}
	answers := fits(graph.NewExecutableSchema(graph.Config{}).Schema(), true)
	var kept []manifest.Document
	var wrong []error
	for _, d := range documents {
		if err := answers(d); err != nil {
			wrong = append(wrong, fmt.Errorf("the operation %q cannot be answered: %w", d.Name, err))
			continue
		}
		kept = append(kept, d)
	}
	if len(wrong) > 0 && !leaveOut {
		return errors.Join(wrong...)
	}
	for _, err := range wrong {
		fmt.Fprintln(p.log, "left out:", err)
	}
	text, err := manifest.Write(kept)
	if err != nil {
		return err
	}
	_, err = p.out.Write(text)
	return err
}

func (p *program) checkManifests(folder string) error {
	shelf, err := manifest.Load(os.DirFS(folder), fits(graph.NewExecutableSchema(graph.Config{}).Schema(), true))
	if err != nil {
		return fmt.Errorf("the manifests in %q: %w", folder, err)
	}
	unanswerable := map[manifest.Release]int{}
	for _, w := range shelf.Wrong {
		unanswerable[w.Release]++
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RELEASE\tANSWERED\tNOT ANSWERED\tSWITCHED OFF")
	for _, r := range shelf.Releases() {
		documents, off := shelf.Documents(r), 0
		for _, d := range documents {
			if _, err := shelf.Named(r, d.ID); errors.Is(err, manifest.ErrOff) {
				off++
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", plain(r.String()), len(documents), unanswerable[r], off)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, w := range shelf.Wrong {
		fmt.Fprintf(p.out, "%s: %s: %s\n", plain(w.Release.String()), plain(w.Document.Name), plain(w.Why.Error()))
	}
	if len(shelf.Wrong) > 0 {
		return fmt.Errorf("%d documents that apps were released with cannot be answered", len(shelf.Wrong))
	}
	return nil
}
