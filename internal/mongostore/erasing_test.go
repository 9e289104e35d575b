package mongostore

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"membergate/internal/member"
	"membergate/internal/personal"
	"membergate/internal/storetest"
)

// erasing looks at a database from below its stores.
func erasing(t *testing.T, s *Store) storetest.Erasing {
	of := map[string]collection{}
	for _, c := range collections {
		of[c.name] = c
	}
	return storetest.Erasing{
		Engine: personal.Mongo, Tag: "bson", Documents: documents,
		Names: func(place, path string) bool {
			for _, each := range mine {
				if each.c.name == place && each.field == path {
					return true
				}
			}
			for _, each := range shared {
				for _, m := range each.mentions {
					if each.c.name == place && strings.Trim(m.At+"."+m.Name, ".") == path {
						return true
					}
				}
			}
			return place == members.name && path == "_id"
		},
		Put: func(place string, who member.ID, document any) {
			raw, err := bson.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			var d bson.D
			if err := bson.Unmarshal(raw, &d); err != nil {
				t.Fatal(err)
			}
			for i := range d {
				if place == findings.name && d[i].Key == "on" { // it is about the post that is planted, too
					d[i].Value = "post:thing of " + strings.ToUpper(string(who))
				}
				if d[i].Value == "" || d[i].Key == "_id" && d[i].Value != string(who) { // ids, and what is unique
					d[i].Value = "thing of " + strings.ToUpper(string(who))
				}
			}
			if _, err := s.in(of[place]).InsertOne(t.Context(), d); err != nil {
				t.Fatal(place, err)
			}
		},
		All: func() map[string][]string {
			out := map[string][]string{}
			for _, c := range collections {
				found, err := s.in(c).Find(t.Context(), bson.D{})
				if err != nil {
					t.Fatal(err)
				}
				for found.Next(t.Context()) {
					if text, err := bson.MarshalExtJSON(found.Current, false, false); err == nil && c.name != deletions.name {
						out[c.name] = append(out[c.name], string(text))
					}
				}
			}
			return out
		},
	}
}

func TestAnErasureLeavesNothingThatTheDataMapSaysGoes(t *testing.T) {
	s := alone(t) // what is planted is nothing that the stores would have written
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	erasing(t, s).Erased(t, func(who member.ID, ghost string) error { return s.Personal().Erase(t.Context(), who, ghost) })
}
