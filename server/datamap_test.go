package main

import (
	"testing"

	"membergate/internal/personal"
)

// Every field that the stores of a filled shop hold is in the data map: what is new must say what it is for.
func TestEveryStoredFieldIsInTheDataMap(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		unmapped(t, personal.Bolt, inBolt(t, filled(t)))
	})
	t.Run("servers", func(t *testing.T) {
		needServers(t)
		e := ready(t, servers)
		unmapped(t, personal.Mongo, inMongo(t, e.setting("MONGODB_URI"), e.setting("MONGODB_DATABASE")))
		unmapped(t, personal.Redis, inRedis(t, e.setting("REDIS_URL"), e.setting("MONGODB_DATABASE")+":"))
	})
}

func unmapped(t *testing.T, e personal.Engine, all []thing) {
	t.Helper()
	seen := map[personal.Field]bool{}
	for _, one := range all {
		names := paths(one.value)
		if one.value == nil {
			names = []string{"value"}
		}
		if e == personal.Bolt {
			names = append(names, "key")
		}
		for _, name := range names {
			seen[personal.Field{Place: one.place, Path: name}] = true
		}
	}
	if len(seen) < 30 && e != personal.Redis {
		t.Fatalf("only %d fields are stored: nothing was looked at", len(seen))
	}
	var stored []personal.Field
	for f := range seen {
		stored = append(stored, f)
	}
	for _, f := range personal.Unmapped(e, stored) {
		t.Errorf("%s: %s is stored and not in the data map", f.Place, f.Path)
	}
}
