package main

// production refuses what is fine on a developer's machine only, each with the reason.
func (r *reader) production(s Settings) {
	const in = "APP_ENV is \"production\" and "
	if s.EmbeddedMongo() {
		r.refuse(in + "MONGODB_URI is empty; allowed is the address of a MongoDB server, because the embedded store serves one process only.")
	}
	if s.EmbeddedRedis() {
		r.refuse(in + "REDIS_URL is empty; allowed is the address of a Redis server, because the embedded one forgets when it ends.")
	}
	if s.HS256Secret != "" {
		r.refuse(in+"JWT_HS256_SECRET is %q (not shown); allowed is none, because whoever checks such a token could sign one too.", s.HS256Secret)
	}
	if s.JWKSURL == "" {
		r.refuse(in + "JWT_JWKS_URL is empty; allowed is where the issuer publishes its keys, because no token could be checked.")
	}
	if s.SecretKeys == "" {
		r.refuse(in + "SECRET_KEYS is empty; allowed is a file of keys, the same on every process, because cursors are signed with them.")
	}
	if s.Sandbox {
		r.refuse(in + "SANDBOX is \"on\"; allowed is off, because it lets callers move the clock.")
	}
}
