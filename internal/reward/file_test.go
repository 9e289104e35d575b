package reward_test

import (
	"strings"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/reward"
)

const shopFile = `rewards:
  - {id: r-mug, titles: {zh-CN: 杯}, cost: 2900, stock: 5, limitPerMember: 2, percent: {GOLD: 95}, category: HOME, rank: 3}
  - {id: r-clean, kind: VOUCHER, titles: {zh-CN: 家政}, partner: {zh-CN: 安心家政}, cost: 5000}
  - id: r-hour
    kind: SLOT
    titles: {zh-CN: 门店专属时段}
    cost: 500
    minTier: PLATINUM
    slots:
      - {store: S01, place: {zh-CN: 一号店}, start: 2026-07-07T08:00:00+08:00, end: 2026-07-07T09:00:00+08:00, seats: 20}
`

func TestAShopsFileIsRead(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	rewards, slots, err := reward.Parse([]byte(shopFile), p)
	if err != nil {
		t.Fatal(err)
	}
	if len(rewards) != 3 || rewards[0].Kind != reward.Gift || *rewards[0].Stock != 5 || rewards[1].Partner["zh-CN"] != "安心家政" || rewards[2].MinTier != "PLATINUM" {
		t.Errorf("the rewards are %+v", rewards)
	}
	want := reward.Slot{ID: "r-hour:20260707T000000Z:S01", Reward: "r-hour", Store: "S01", Seats: 20, Start: time.Date(2026, 7, 7, 0, 0, 0, 0, time.UTC)}
	if len(slots) != 1 || slots[0].ID != want.ID || slots[0].Start != want.Start || slots[0].Seats != 20 || slots[0].Reward != "r-hour" {
		t.Errorf("the slots are %+v", slots)
	}
}

func TestAWrongShopFileIsRefusedInOneSentence(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"id: r-mug", "id: r mug", `rewards[0].id is "r mug"; allowed are 1 to 60 letters, digits, - and _`},
		{"id: r-clean", "id: r-mug", `rewards[1].id is "r-mug", which another one has`},
		{"kind: VOUCHER", "kind: COUPON", `rewards[1].kind is "COUPON"; allowed are GIFT, STORE_CODE, VOUCHER and SLOT`},
		{"titles: {zh-CN: 杯}", "titles: {en: Mug}", "rewards[0].titles has no zh-CN"},
		{"partner: {zh-CN: 安心家政}, ", "", "rewards[1].partner has no zh-CN"},
		{"cost: 2900", "cost: 2900, partner: {zh-CN: 谁}", "rewards[0].partner is given"},
		{"cost: 5000", "cost: 0", "rewards[1].cost is 0; allowed are 1 to 2000000000"},
		{"cost: 5000", "cost: 5000, stock: 9", "rewards[1].stock is given; allowed is none"},
		{"stock: 5", "stock: -5", "rewards[0].stock is -5"},
		{"limitPerMember: 2", "limitPerMember: -2", "rewards[0].limitPerMember is -2"},
		{"minTier: PLATINUM", "minTier: TIN", `rewards[2].minTier is "TIN"`},
		{"percent: {GOLD: 95}", "percent: {GOLD: 101}", `rewards[0].percent has "GOLD": 101`},
		{"cost: 2900", "cost: 2900, price: 3", "price"},
		{"seats: 20", "seats: 0", "rewards[2].slots[0].seats is 0; allowed are 1 to 100000"},
		{"end: 2026-07-07T09", "end: 2026-07-07T08", "rewards[2].slots[0].end is 2026-07-07T08:00:00+08:00; allowed is after start"},
		{"store: S01", "store: ''", `rewards[2].slots[0].store is ""`},
		{"place: {zh-CN: 一号店}", "place: {}", "rewards[2].slots[0].place has no zh-CN"},
	} {
		if strings.Count(shopFile, c.old) != 1 {
			t.Fatalf("%q does not stand in the file once", c.old)
		}
		_, _, err := reward.Parse([]byte(strings.Replace(shopFile, c.old, c.new, 1)), p)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.new, err, c.want)
		}
	}
}
