package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// roles are those that a token may carry.
var roles = []string{"clerk", "moderator", "service", "operations", "dpo", "legal"}

func tokenCommand(p *program) *cobra.Command {
	var grant token.Grant
	var staff bool
	c := &cobra.Command{
		Use:     "token --member ID",
		Short:   "Print a signed token (development: HS256)",
		Long:    "Prints a token signed with JWT_HS256_SECRET, or with the secret that the data folder keeps when none is set.",
		Example: "  server token --member 17850\n  server token --member alice --staff --role moderator --ttl 15m",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			grant.Scope = viewer.ScopeMember
			if staff {
				grant.Scope = viewer.ScopeStaff
			}
			return p.token(grant)
		},
	}
	c.Flags().StringVar(&grant.Member, "member", "", "the member id, such as 17850")
	c.Flags().BoolVar(&staff, "staff", false, "make it a staff token")
	c.Flags().StringArrayVar(&grant.Roles, "role", nil, "a role, may be repeated: "+strings.Join(roles, ", "))
	c.Flags().DurationVar(&grant.Lifetime, "ttl", time.Hour, "how long it is good")
	_ = c.MarkFlagRequired("member") // fails for unknown flags only
	return c
}

func (p *program) token(grant token.Grant) error {
	for _, r := range grant.Roles {
		if !slices.Contains(roles, r) {
			return fmt.Errorf("--role is %q; allowed are %s", r, strings.Join(roles, ", "))
		}
	}
	settings, err := p.settings()
	if err != nil {
		return err
	}
	trust, err := settings.Trust(p.logger())
	if err != nil {
		return err
	}
	signed, err := token.Sign(trust, grant, p.now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, signed)
	return err
}
