package main

import (
	"context"
	"net/http"
	"time"

	"membergate/internal/apple"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/secret"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/sms"
	"membergate/internal/sweep"
	"membergate/internal/token"
	"membergate/internal/vault"
	"membergate/internal/viewer"
	"membergate/internal/wechat"
)

// sessionService keeps members of these stores signed in, with tokens of the signer.
func (s *stores) sessionService(trust token.Trust, keys *secret.Keys) *session.Service {
	return &session.Service{Store: s.sessions, Accounts: s.accounts, Tags: keys, Now: time.Now,
		Issue: func(one session.Session, now time.Time) (string, error) {
			return trust.Own.Sign(trust, token.SessionGrant{Member: string(one.Member), Session: one.ID, SignedInAt: one.Begun, Lifetime: session.Access}, now)
		}}
}

// admitted checks tokens, and that nobody has ended what they stand for.
func admitted(verify func(context.Context, string) (viewer.Viewer, error), sessions *session.Service) func(context.Context, string) (viewer.Viewer, error) {
	return func(ctx context.Context, raw string) (viewer.Viewer, error) {
		who, err := verify(ctx, raw)
		if err == nil {
			err = sessions.Admit(ctx, who)
		}
		if err != nil {
			return viewer.Viewer{}, err
		}
		return who, nil
	}
}

// signInService lets members in by what the settings name. The second is what sends codes to phones; nil where nothing does.
func (s *stores) signInService(ctx context.Context, set Settings, rules book, sessions *session.Service) (*signin.Service, *signin.Phones, error) {
	keys := householdKeys{s.ring}
	out := &signin.Service{Store: s.logins, Accounts: s.accounts, Sessions: sessions, Provers: map[string]signin.Prover{}, Keys: keys, Brief: s.cache.Brief(),
		Now: time.Now, Join: joining(s.orderService(rules)), Confirmed: confirming(s.vaultService(rules))}
	client := &http.Client{Timeout: 2 * time.Second}
	host := or(set.Push.WeChatHost, "https://api.weixin.qq.com")
	if set.Push.WeChatAppID != "" {
		out.Provers[signin.MiniProgram] = &wechat.SignIn{Client: client, Host: host, AppID: set.Push.WeChatAppID, Secret: set.Push.WeChatSecret.Reveal(), Way: signin.MiniProgram}
	}
	if set.SignIn.MobileAppID != "" {
		out.Provers[signin.WeChatApp] = &wechat.SignIn{Client: client, Host: host, AppID: set.SignIn.MobileAppID, Secret: set.SignIn.MobileSecret.Reveal(), Way: signin.WeChatApp}
	}
	if set.SignIn.AppleClientID != "" {
		verifier, err := token.NewVerifier(ctx, token.Trust{Issuer: apple.Issuer, Audience: set.SignIn.AppleClientID, JWKS: or(set.SignIn.AppleKeysURL, apple.Issuer+"/auth/keys")})
		if err != nil {
			return nil, nil, err
		}
		out.Provers[signin.Apple] = &apple.SignIn{Verify: verifier.Verify}
	}
	if set.SignIn.SMSURL == "" {
		return out, nil, nil
	}
	phones := &signin.Phones{Sender: &sms.Service{Client: client, URL: set.SignIn.SMSURL, Token: set.SignIn.SMSToken.Reveal()}, Keys: keys, Brief: s.cache.Brief(), Guesses: s.cache.Guesses()}
	out.Provers[signin.Phone] = phones
	return out, phones, nil
}

// joining makes somebody new a member, as other systems do by telling of them.
func joining(orders *order.Service) func(context.Context, member.ID, signin.Input, time.Time) error {
	return func(ctx context.Context, who member.ID, in signin.Input, at time.Time) error {
		newcomer := member.Profile{ID: who, DisplayName: "Member " + string(who[len(who)-4:]), Channel: in.Channel, JoinedAt: at}
		told := order.Told{ID: "signin:" + string(who), Deed: &order.Deed{Type: programme.MemberJoined, Member: who, At: at, Fields: map[string]string{}, Code: in.Referral}}
		return orders.Tell(ctx, newcomer, []order.Told{told}, at)
	}
}

// confirming notes a phone that was proven, where it is one that the vault can keep.
func confirming(v *vault.Service) func(context.Context, member.ID, string, time.Time) error {
	return func(ctx context.Context, who member.ID, phone string, at time.Time) error {
		err := v.Confirm(ctx, who, phone, at)
		if fault.Is(err, fault.BadInput) {
			return nil
		}
		return err
	}
}

const (
	sessionsEvery  = time.Minute
	sessionsAtOnce = 500
)

// expiringSessions removes sessions of which nobody need know any more. Their time is real.
func expiringSessions(st *stores) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			n, err := st.sessions.Expire(ctx, time.Now(), sessionsAtOnce)
			return sweep.Batch{Done: n, More: n == sessionsAtOnce}, err
		}
	}
}
