package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/notice"
)

// What a member has set on notices is one document with the devices; tokens are sealed:
//
//	noticeSettings { _id: member id, sv: 1, version, quiet: { from, until }, zone, switches: [ { kind, inbox, push } … ],
//	                 devices: [ { id, kind, token, hash, locale, at } … ] }   index devices.hash, of those who have any
var noticeSettings = newCollection("noticeSettings", where("devices.hash"))

type settingsDoc struct {
	ID       member.ID   `bson:"_id"`
	SV       int         `bson:"sv"`
	Version  int64       `bson:"version"`
	Quiet    *quietDoc   `bson:"quiet,omitempty"`
	Zone     string      `bson:"zone,omitempty"`
	Switches []switchDoc `bson:"switches,omitempty"`
	Devices  []deviceDoc `bson:"devices,omitempty"`
}

type quietDoc struct {
	From  string `bson:"from"`
	Until string `bson:"until"`
}

type switchDoc struct {
	Kind  string `bson:"kind"`
	Inbox bool   `bson:"inbox"`
	Push  bool   `bson:"push"`
}

type deviceDoc struct {
	ID     string    `bson:"id"`
	Kind   string    `bson:"kind"`
	Token  string    `bson:"token"`
	Hash   string    `bson:"hash"`
	Locale string    `bson:"locale,omitempty"`
	At     time.Time `bson:"at"`
}

func toSettings(s notice.Settings) settingsDoc {
	d := settingsDoc{ID: s.Member, SV: 1, Version: s.Version, Zone: s.TimeZone, Quiet: (*quietDoc)(s.Quiet)}
	d.Switches = each(s.Switches, func(w notice.Switch) switchDoc { return switchDoc(w) })
	d.Devices = each(s.Devices, func(v notice.Device) deviceDoc { return deviceDoc(v) })
	return d
}

func (d settingsDoc) settings() notice.Settings {
	s := notice.Settings{Member: d.ID, Version: d.Version, TimeZone: d.Zone, Quiet: (*notice.Quiet)(d.Quiet)}
	s.Switches = each(d.Switches, func(w switchDoc) notice.Switch { return notice.Switch(w) })
	s.Devices = each(d.Devices, func(v deviceDoc) notice.Device { return notice.Device(v) })
	return s
}

// Settings implements notice.Store.
func (n *Notices) Settings(ctx context.Context, ids []member.ID) (map[member.ID]notice.Settings, error) {
	out := make(map[member.ID]notice.Settings, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, n.s, noticeSettings, in("_id", ids), options.Find(), func(d settingsDoc) { out[d.ID] = d.settings() })
	return out, err
}

// SaveSettings implements notice.Store.
func (n *Notices) SaveSettings(ctx context.Context, next notice.Settings) error {
	old := next.Version
	next.Version++
	return n.s.run(ctx, func(ctx context.Context) error {
		if old == 0 {
			_, err := n.s.in(noticeSettings).InsertOne(ctx, toSettings(next))
			if duplicate(err) {
				return notice.ErrStale
			}
			return err
		}
		done, err := n.s.in(noticeSettings).ReplaceOne(ctx, slices.Concat(is("_id", next.Member), is("version", old)), toSettings(next))
		if err == nil && done.MatchedCount == 0 {
			return notice.ErrStale
		}
		return err
	})
}

// Owners implements notice.Store.
func (n *Notices) Owners(ctx context.Context, hash string) (out []member.ID, err error) {
	o := options.Find().SetSort(by("_id", 1)).SetProjection(bson.D{{Key: "_id", Value: 1}})
	err = find(ctx, n.s, noticeSettings, is("devices.hash", hash), o, func(d settingsDoc) { out = append(out, d.ID) })
	return out, err
}

// Pushes implements notice.Store.
func (n *Notices) Pushes(ctx context.Context, by time.Time, most int) (out []notice.Notice, err error) {
	if most <= 0 {
		return nil, nil
	}
	err = find(ctx, n.s, notices, is("push.due", bson.D{{Key: "$lte", Value: by}}), options.Find().SetLimit(int64(most)),
		func(d noticeDoc) { out = append(out, d.notice()) })
	return out, err
}

// SavePush implements notice.Store.
func (n *Notices) SavePush(ctx context.Context, id string, before, after notice.Push) (done bool, err error) {
	filter := slices.Concat(is("_id", id), is("push.state", before.State), is("push.tries", before.Tries))
	err = n.s.run(ctx, func(ctx context.Context) error {
		found, err := n.s.in(notices).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: is("push", toPush(after))}})
		if err == nil {
			done = found.MatchedCount > 0
		}
		return err
	})
	return done, err
}
