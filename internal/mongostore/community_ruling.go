package mongostore

import (
	"time"

	"membergate/internal/community"
)

// rulingDoc is why a post or comment is not published.
type rulingDoc struct {
	Reason   string            `bson:"reason,omitempty"`
	Note     string            `bson:"note,omitempty"`
	By       community.RuledBy `bson:"by,omitempty"`
	At       time.Time         `bson:"at,omitempty"`
	Appeal   string            `bson:"appeal,omitempty"`
	Appealed time.Time         `bson:"appealed,omitempty"`
	Ended    time.Time         `bson:"ended,omitempty"`
}

func (d rulingDoc) ruling() community.Ruling { return community.Ruling(d) }
