package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/rotation"
	"membergate/internal/secret"
)

func keysCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Show, change and retire the keys that personal data is sealed with"}
	rotate := &cobra.Command{
		Use:   "rotate",
		Short: "Seal everything anew with the newest key; safe to stop, to repeat and to run while others serve",
		Long: "Seals what members told and wrote, partners' codes and devices' tokens anew with the newest key of SECRET_KEYS. With\n" +
			"--new a key is made first: it is put behind the others, so that every process can open what it seals, and after a few\n" +
			"seconds in front. Processes that share the file follow it by themselves. It may be stopped at any time and run again,\n" +
			"with the same --new too. Older keys stay: retire them with `keys retire` once nothing is sealed with them.",
		Example: "  server keys rotate --new k2\n  server keys retire k1",
		Args:    cobra.NoArgs,
	}
	id := rotate.Flags().String("new", "", "the id of the key that is made and put in front: 1 to 16 letters, digits, _ and -")
	rotate.RunE = func(c *cobra.Command, _ []string) error {
		return p.withKeys(c.Context(), func(ctx context.Context, k keyring) error { return k.rotate(ctx, *id) })
	}
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List the keys, newest first, with how much needs each; no key is ever printed",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withKeys(c.Context(), func(ctx context.Context, k keyring) error { return k.list(ctx) })
		},
	}, rotate, &cobra.Command{
		Use:   "retire ID",
		Short: "Let an older key open nothing any more; refused while anything is sealed with it",
		Long: "A retired key only finds what was hashed with it, such as the codes of partners that were loaded. Cursors and links\n" +
			"that it signed are refused from then on. Programs of older releases do not read a file with a retired key.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withKeys(c.Context(), func(ctx context.Context, k keyring) error { return k.retire(ctx, args[0], false) })
		},
	}, &cobra.Command{
		Use:   "remove ID",
		Short: "Take an older key away for good; refused while anything needs it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withKeys(c.Context(), func(ctx context.Context, k keyring) error { return k.retire(ctx, args[0], true) })
		},
	})
	return c
}

// keyring is the key file and what its keys keep.
type keyring struct {
	*program
	file   string
	keys   *secret.Keys
	stores rotation.Store
}

func (p *program) withKeys(ctx context.Context, do func(context.Context, keyring) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	keys, err := settings.Keys()
	if err != nil {
		return err
	}
	return p.opened(ctx, settings, func(st *stores) error {
		return do(ctx, keyring{p, settings.keyFile(), keys, st.sealed})
	})
}

func (k keyring) uses(ctx context.Context) (map[string]rotation.Use, error) {
	return (&rotation.Service{Store: k.stores, Keys: k.keys}).Uses(ctx)
}

func (k keyring) list(ctx context.Context) error {
	uses, err := k.uses(ctx)
	if err != nil {
		return err
	}
	ring, err := secret.ReadRing(k.file)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(k.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tSTATE\tSEALED\tHASHED")
	for i, key := range ring.Keys {
		state := "older"
		switch {
		case i == 0:
			state = "newest"
		case key.Retired:
			state = "retired"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", key.ID, state, uses[key.ID].Sealed, uses[key.ID].Hashed)
		delete(uses, key.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(uses)) {
		fmt.Fprintf(table, "%s\tmissing\t%d\t%d\n", plain(id), uses[id].Sealed, uses[id].Hashed)
	}
	return table.Flush()
}

// rotate makes a new key where one is asked for, and seals everything with the newest.
func (k keyring) rotate(ctx context.Context, id string) error {
	ring, err := secret.ReadRing(k.file)
	if err != nil {
		return err
	}
	if id != "" && !ring.Has(id) {
		if ring, err = ring.Add(id); err != nil {
			return err
		}
		fmt.Fprintf(k.log, "The key %s is made. It is put in front once every process knows it.\n", id)
	}
	if err := k.settled(ctx); err != nil { // an earlier rotation may have been killed just now
		return err
	}
	if id != "" && ring.Keys[0].ID != id {
		if ring, err = ring.Front(id); err != nil {
			return err
		}
		if err := k.settled(ctx); err != nil {
			return err
		}
	}
	bar := newBar(k.log, "sealed texts looked at")
	out, err := (&rotation.Service{Store: k.stores, Keys: k.keys}).Reseal(ctx, func(looked int) { bar.tell(looked, 0) })
	bar.end()
	fmt.Fprintf(k.out, "%d texts were sealed anew with %s; %d are sealed.\n", out.Resealed, ring.Keys[0].ID, out.Looked)
	if err == nil && out.Unreadable > 0 {
		err = fmt.Errorf("%d texts cannot be read with the keys of %s and stay as they are; `keys list` shows which keys are missing", out.Unreadable, k.file)
	}
	return err
}

// settled waits until every process that shares the file has read it as it is now.
func (k keyring) settled(ctx context.Context) error {
	info, err := os.Stat(k.file)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(min(secret.Settle, time.Until(info.ModTime().Add(secret.Settle)))):
		return nil
	}
}

// retire takes a key out of use; once it is, or was before, nothing happens.
func (k keyring) retire(ctx context.Context, id string, remove bool) error {
	ring, err := secret.ReadRing(k.file)
	if err != nil {
		return err
	}
	switch i := slices.IndexFunc(ring.Keys, func(key secret.Key) bool { return key.ID == id }); {
	case i < 0 && remove:
		_, err = fmt.Fprintf(k.out, "There is no key %s.\n", plain(id))
		return err
	case i < 0:
		return fmt.Errorf("ID is %q; allowed is one of `keys list`", id)
	case i == 0:
		return errors.New("the newest key seals; make another one with `keys rotate --new ID` first")
	}
	if i := slices.IndexFunc(ring.Keys, func(key secret.Key) bool { return key.ID == id }); remove && !ring.Keys[i].Retired {
		return fmt.Errorf("the key %s is still open to older texts; `keys retire %s` comes first", id, id)
	}
	uses, err := k.uses(ctx)
	if err != nil {
		return err
	}
	switch u := uses[id]; {
	case u.Sealed > 0:
		return fmt.Errorf("%d texts are sealed with %s; `keys rotate` seals them anew", u.Sealed, id)
	case remove && u.Hashed > 0:
		return fmt.Errorf("%d things are found by a hash of %s only; it can be retired, but not removed", u.Hashed, id)
	case remove:
		_, err = ring.Remove(id)
	default:
		_, err = ring.Retire(id)
	}
	if err == nil {
		_, err = fmt.Fprintf(k.out, "The key %s is out of use.\n", id)
	}
	return err
}
