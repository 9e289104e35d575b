package main

import "testing"

func TestAYearOfStage4ThroughTheSchema(t *testing.T) {
	n := renew(t, "stage-4", "每月1张满100元减8元券", "每月2张满100元减8元券", "每月1張滿100元減8元券", "每月2張滿100元減8元券", "One coupon a month, 8 yuan off 100", "2 coupons a month, 8 yuan off 100",
		"quota: {count: 1, per: MONTH} # ours\n    value: 800 # ours", "quota: {count: 2, per: MONTH}\n    value: 800")
	walks(t, n, map[string][]stage{
		"lin": {
			{"2026-01-05 09:00", nil, "POTENTIAL 0 +FIRST_ORDER_GIFT=1"},
			{"2026-01-20 10:00", pays("STORE", 100), "POTENTIAL 100"},
			{"2026-01-21 10:00", claims("FIRST_ORDER_GIFT", "", 1), "POTENTIAL 100 FIRST_ORDER_GIFT=0 +coupon:FIRST_ORDER_10=1"},
			{"2026-01-22 10:00", claims("FIRST_ORDER_GIFT", "USED_UP", 1), "POTENTIAL 100"},
			{"2026-02-04 23:59", nil, "POTENTIAL 100"},
			{"2026-02-05 00:00", nil, "POTENTIAL 100 -FIRST_ORDER_GIFT"},
			{"2026-02-10 10:00", pays("MINI_PROGRAM", 200), "ACTIVE 300 +HABIT_PERK +MONTHLY_COUPON=1 +STORE_TASTING=1"},
			{"2026-03-01 00:00", nil, "ACTIVE 300 -coupon:FIRST_ORDER_10"},
			{"2026-04-10 10:00", orders(4, 500), "LOYAL 2300 +POINTS_FOR_SERVICE=3"},
			{"2026-04-11 10:00", times(3, uses("POINTS_FOR_SERVICE", "")), "LOYAL 2300 POINTS_FOR_SERVICE=0"},
			{"2026-04-30 23:59", uses("POINTS_FOR_SERVICE", "USED_UP"), "LOYAL 2300"},
			{"2026-05-01 00:00", uses("POINTS_FOR_SERVICE", ""), "LOYAL 2300 POINTS_FOR_SERVICE=2"},
			{"2026-05-02 00:00", uses("LIMITED_EDITION", "LOCKED", "orderId", "L1"), "LOYAL 2300"},
			{"2026-07-09 10:00", renews(n), "LOYAL 2300 MONTHLY_COUPON=2 POINTS_FOR_SERVICE=3"},
			{"2026-07-10 10:00", claims("MONTHLY_COUPON", "", 2), "LOYAL 2300 MONTHLY_COUPON=0 +coupon:EIGHT_OFF_HUNDRED=2"},
			{"2026-08-01 00:00", nil, "LOYAL 2300 MONTHLY_COUPON=2 -coupon:EIGHT_OFF_HUNDRED"},
			{"2026-10-07 10:00", nil, "LOYAL 2300"},
			{"2026-10-08 10:00", orders(6, 1500), "HEAD 13100 +LIMITED_EDITION=1"},
			{"2026-10-09 10:00", uses("LIMITED_EDITION", "", "orderId", "L1"), "HEAD 13100"},
			{"2026-10-09 10:05", uses("LIMITED_EDITION", "USED_UP", "orderId", "L1"), "HEAD 13100"},
			{"2026-10-09 10:10", uses("LIMITED_EDITION", "", "orderId", "L2"), "HEAD 13100"},
		},
	})
}

func TestAYearOfRetail3ThroughTheSchema(t *testing.T) {
	n := renew(t, "retail-3", "每月最多8单", "每月最多10单", "每月最多8單", "每月最多10單", "up to 8 a month", "up to 10 a month", "quota: {count: 8, per: MONTH} # ours", "quota: {count: 10, per: MONTH}")
	walks(t, n, map[string][]stage{
		"mei": {
			{"2026-01-05 09:00", nil, "ORDINARY 0 +FIRST_ORDER_WORRY_FREE=1 +NEWCOMER_PACK=1"},
			{"2026-01-20 10:00", orders(30, 50), "SILVER 1500 +PRIORITY_DELIVERY=8 +SALON=4"},
			{"2026-02-05 00:00", nil, "SILVER 1500 -FIRST_ORDER_WORRY_FREE -NEWCOMER_PACK"},
			{"2026-02-05 10:00", uses("FIRST_ORDER_WORRY_FREE", "LOCKED"), "SILVER 1500"},
			{"2026-02-06 10:00", times(8, uses("PRIORITY_DELIVERY", "")), "SILVER 1500 PRIORITY_DELIVERY=0"},
			{"2026-02-06 11:00", uses("PRIORITY_DELIVERY", "USED_UP"), "SILVER 1500"},
			{"2026-02-07 11:00", times(4, uses("SALON", "")), "SILVER 1500 SALON=0"},
			{"2026-02-16 00:00", nil, "SILVER 1500"},
			{"2026-03-20 10:00", orders(90, 50), "GOLD 6900 +OWN_AGENT PRIORITY_DELIVERY=8"},
			{"2026-04-01 00:00", nil, "GOLD 6900"},
			{"2026-06-20 10:00", orders(24, 50), "GOLD 8700 +RAPID_RESPONSE"},
			{"2026-07-01 00:00", renews(n), "GOLD 8700 PRIORITY_DELIVERY=10 SALON=1"},
			{"2026-07-02 10:00", times(9, uses("PRIORITY_DELIVERY", "")), "GOLD 8700 PRIORITY_DELIVERY=1"},
			{"2026-07-03 10:00", uses("SALON", ""), "GOLD 8700 SALON=0"},
			{"2026-07-04 10:00", uses("SALON", "USED_UP"), "GOLD 8700"},
			{"2026-09-25 00:00", nil, "GOLD 8700 +MID_AUTUMN_BOX=1 PRIORITY_DELIVERY=10"},
			{"2026-10-01 00:00", nil, "GOLD 8700 SALON=1 -MID_AUTUMN_BOX"},
			{"2027-02-06 00:00", nil, "GOLD 7200 SALON=6 +SPRING_FESTIVAL_BAG=1 -RAPID_RESPONSE"},
			{"2027-04-01 00:00", nil, "ORDINARY 1800 -OWN_AGENT -PRIORITY_DELIVERY -SALON -SPRING_FESTIVAL_BAG"},
			{"2027-07-01 00:00", nil, "ORDINARY 0"},
		},
	})
}
