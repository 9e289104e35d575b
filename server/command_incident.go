package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"membergate/internal/account"
	"membergate/internal/incident"
	"membergate/internal/member"
	"membergate/internal/programme"
)

func incidentCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "incident", Short: "Tell members of leaks and losses that concern their data, and see who knows"}
	var members string
	var all bool
	declare := &cobra.Command{
		Use:   "declare FILE",
		Short: "Declare an incident and list whom it concerns; workers tell them",
		Long: "Reads what members are shown from a YAML file: id, titles, happened, remedies and advice (each in zh-CN, zh-TW and en),\n" +
			"contact, categories (kinds of data), detectedAt and noticedAt (RFC 3339; default: now). From noticedAt on the programme's\n" +
			"hours count. Whom it concerns is a file of member ids, one a line, or everybody. Workers put a notice into each inbox;\n" +
			"membergate_incident_overdue is above 0 when somebody was not told in time. It may be stopped and repeated.",
		Example: "  server incident declare mail.yaml --members ids.txt\n  server incident declare outage.yaml --all",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if all == (members != "") {
				return errors.New("whom the incident concerns is not said, or twice; needed is either --members FILE or --all")
			}
			return p.withStores(c.Context(), func(ctx context.Context, st *stores, _ Settings, rules book) error {
				return p.declare(ctx, st, rules, args[0], members)
			})
		},
	}
	declare.Flags().StringVar(&members, "members", "", "a file of the ids of those whom it concerns, one a line")
	declare.Flags().BoolVar(&all, "all", false, "it concerns every member")
	c.AddCommand(declare, &cobra.Command{
		Use:   "report ID",
		Short: "Print an incident as JSON for the authority: what happened, to how many, and how many know",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withStores(c.Context(), func(ctx context.Context, st *stores, _ Settings, _ book) error {
				return p.reportIncident(ctx, st, args[0])
			})
		},
	})
	return c
}

// incidentFile is what somebody declares.
type incidentFile struct {
	ID         string         `yaml:"id"`
	Titles     programme.Text `yaml:"titles"`
	Happened   programme.Text `yaml:"happened"`
	Remedies   programme.Text `yaml:"remedies"`
	Advice     programme.Text `yaml:"advice"`
	Contact    string         `yaml:"contact"`
	Categories []string       `yaml:"categories"`
	DetectedAt string         `yaml:"detectedAt"`
	NoticedAt  string         `yaml:"noticedAt"`
}

func readIncident(path string) (incident.Incident, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return incident.Incident{}, err
	}
	var f incidentFile
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&f); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return incident.Incident{}, fmt.Errorf("%s cannot be read as an incident: %s", path, first)
	}
	out := incident.Incident{ID: f.ID, Titles: f.Titles, Happened: f.Happened, Remedies: f.Remedies, Advice: f.Advice, Contact: f.Contact, Categories: f.Categories}
	for name, each := range map[string]struct {
		text string
		to   *time.Time
	}{"detectedAt": {f.DetectedAt, &out.DetectedAt}, "noticedAt": {f.NoticedAt, &out.NoticedAt}} {
		if each.text == "" {
			continue
		}
		if *each.to, err = time.Parse(time.RFC3339, each.text); err != nil {
			return out, fmt.Errorf("%s: %s is %q; allowed is a time such as 2026-07-06T12:30:00+08:00", path, name, each.text)
		}
	}
	return out, nil
}

// declare lists whom an incident concerns: those of a file, or all where there is none.
func (p *program) declare(ctx context.Context, st *stores, rules book, path, members string) error {
	in, err := readIncident(path)
	if err != nil {
		return err
	}
	concerned := func(yield func([]member.ID) error) error { return st.everybody(ctx, yield) }
	if members != "" {
		concerned = func(yield func([]member.ID) error) error { return st.ofFile(ctx, members, yield) }
	}
	service := st.incidentService(rules, nil)
	service.Now = p.now
	kept, n, err := service.Declare(ctx, in, concerned)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	fmt.Fprintf(p.out, "incident %s concerns %d members, who must be told by %s\n", kept.ID, n, kept.NotifyBy.Format(time.RFC3339))
	return nil
}

// everybody hands over the ids of all members.
func (s *stores) everybody(ctx context.Context, yield func([]member.ID) error) error {
	for after := member.ID(""); ; {
		page, err := s.accounts.Walk(ctx, after, membersAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]member.ID, len(page))
		for i, h := range page {
			ids[i] = h.Profile.ID
		}
		if err := yield(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// ofFile hands over the ids of a file, none of which may be unknown: nobody is listed before all of them were looked up.
func (s *stores) ofFile(ctx context.Context, path string, yield func([]member.ID) error) error {
	ids, err := readIDs(path)
	if err != nil {
		return err
	}
	for from := 0; from < len(ids); from += membersAtOnce {
		some := ids[from:min(from+membersAtOnce, len(ids))]
		found, err := s.accounts.ByIDs(ctx, some, account.Whole)
		if err != nil {
			return err
		}
		for i, id := range some {
			if _, known := found[id]; !known {
				return fmt.Errorf("%s:%d: no member has the id %q; nobody was listed", path, from+i+1, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return yield(ids)
}

func readIDs(path string) (ids []member.ID, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		ids = append(ids, member.ID(strings.TrimSpace(lines.Text())))
	}
	return ids, lines.Err()
}

func (p *program) reportIncident(ctx context.Context, st *stores, id string) error {
	found, err := st.incidents.ByIDs(ctx, []string{id})
	if err != nil {
		return err
	}
	in, known := found[id]
	if !known {
		return fmt.Errorf("there is no incident %q", id)
	}
	n, err := st.incidents.Count(ctx, id, p.now())
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.out)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(map[string]any{
		"id": in.ID, "titles": in.Titles, "happened": in.Happened, "remedies": in.Remedies, "advice": in.Advice, "contact": in.Contact, "categories": in.Categories,
		"detectedAt": in.DetectedAt, "noticedAt": in.NoticedAt, "notifyBy": in.NotifyBy,
		"members": n.Concerned, "told": n.Told, "overdue": n.Late,
	})
}
