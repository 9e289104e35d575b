package main

import "testing"

func TestAYearOfFresh3sBenefitsThroughTheSchema(t *testing.T) {
	n := renew(t, "fresh-3", "银卡及以上每年24次免费配送", "银卡及以上每年30次免费配送", "銀卡及以上每年24次免費配送", "銀卡及以上每年30次免費配送", "24 free deliveries a calendar year for Silver", "30 free deliveries a calendar year for Silver",
		"quota: {count: 24, per: YEAR}", "quota: {count: 30, per: YEAR}")
	walks(t, n, map[string][]stage{
		"wen": {
			{"2026-01-05 09:00", nil, "FREE 0 +COMMUNITY_ACCESS +MEMBER_PRICE +MONTHLY_COUPON=2 +NEWCOMER_DISCOUNT=3"},
			{"2026-01-06 10:00", does("memberUpdate", "MemberUpdateInput", "", "expectedVersion", 1, "birthday", "1990-03-15"), "FREE 0"},
			{"2026-01-20 10:00", pays("STORE", 80), "FREE 80"},
			{"2026-01-20 11:00", claims("MONTHLY_COUPON", "", 2), "FREE 80 MONTHLY_COUPON=0 +coupon:FIVE_OFF_FIFTY=2"},
			{"2026-01-20 12:00", claims("MONTHLY_COUPON", "USED_UP", 1), "FREE 80"},
			{"2026-01-31 23:59", nil, "FREE 80"},
			{"2026-02-01 00:00", nil, "FREE 80 MONTHLY_COUPON=2 -coupon:FIVE_OFF_FIFTY"},
			{"2026-02-05 00:00", nil, "FREE 80 +RETURN_PACK=2 -NEWCOMER_DISCOUNT"},
			{"2026-03-10 10:00", pays("STORE", 100), "FREE 280 +BIRTHDAY_DOUBLE -RETURN_PACK"},
			{"2026-03-20 10:00", nil, "FREE 280 +RETURN_PACK=2"},
			{"2026-04-02 12:00", told(subscribes("2026-04-02 12:00", "W1", "SILVER", "2026-04-02", "2027-04-02")), "SILVER 280 +FREE_COUPON=4 +FREE_DELIVERY=24 +PRIORITY_AFTER_SALES +PRIORITY_PURCHASE +SERVICE_CHANNEL -BIRTHDAY_DOUBLE"},
			{"2026-04-30 12:00", times(2, uses("FREE_DELIVERY", "")), "SILVER 280 FREE_DELIVERY=22"},
			{"2026-05-08 10:00", named("PRICE_SENSITIVE"), "SILVER 280"},
			{"2026-05-08 11:00", agrees("PERSONALISATION", true), "SILVER 280 +FLASH_SALE=2 +SAVER_POINTS"},
			{"2026-05-08 12:00", pays("STORE", 100), "SILVER 430 -RETURN_PACK"},
			{"2026-05-09 12:00", nil, "SILVER 430 +OFFLINE_TASTING=1 -FLASH_SALE -SAVER_POINTS"},
			{"2026-06-19 12:00", told(happens{"", "order.late", map[string]any{"orderId": "o1", "parcelId": "p1"}}), "SILVER 430 +FLASH_SALE=2 +RETURN_PACK=2 +coupon:LATE_20=1 -OFFLINE_TASTING"},
			{"2026-07-01 00:00", renews(n), "SILVER 430 FREE_DELIVERY=28 -FLASH_SALE"},
			{"2026-08-01 12:00", agrees("PERSONALISATION", false), "SILVER 430 +OFFLINE_TASTING=1 -coupon:LATE_20"},
			{"2026-09-25 12:00", told(subscribes("2026-09-25 12:00", "W2", "GOLD", "2026-09-25", "2027-04-02")), "GOLD 430 +FESTIVAL_GREETING=3 +FREE_RETURNS +HALF_HOUR_DELIVERY=8 +MEMBER_DAY_EVENTS=1 +SCARCE_PRESALE -OFFLINE_TASTING"},
			{"2026-09-25 13:00", uses("FESTIVAL_GREETING", ""), "GOLD 430 FESTIVAL_GREETING=2"},
			{"2026-09-26 12:00", nil, "GOLD 430 +OFFLINE_TASTING=1"},
			{"2026-12-20 12:00", told(happens{"", "membership.refunded", map[string]any{"paymentId": "W2"}}), "SILVER 430 -FESTIVAL_GREETING -FREE_RETURNS -HALF_HOUR_DELIVERY -MEMBER_DAY_EVENTS -SCARCE_PRESALE"},
			{"2027-01-01 00:00", nil, "SILVER 430 FREE_DELIVERY -OFFLINE_TASTING"},
			{"2027-04-02 00:00", nil, "FREE 430 -FREE_COUPON -FREE_DELIVERY -PRIORITY_AFTER_SALES -PRIORITY_PURCHASE -SERVICE_CHANNEL"},
		},
	})
}

func TestAYearOfRetail5sBenefitsThroughTheSchema(t *testing.T) {
	n := renew(t, "retail-5", "银卡及以上每月2次免费标准配送", "银卡及以上每月3次免费标准配送", "銀卡及以上每月2次免費標準配送", "銀卡及以上每月3次免費標準配送", "2 free standard deliveries a month", "3 free standard deliveries a month",
		"quota: {count: 2, per: MONTH} # ours\n    value: 800\n", "quota: {count: 3, per: MONTH}\n    value: 800\n")
	walks(t, n, map[string][]stage{
		"an": {
			{"2026-01-05 09:00", nil, "REGISTERED 0 +NEWCOMER_PACK=1"},
			{"2026-01-06 10:00", does("memberUpdate", "MemberUpdateInput", "", "expectedVersion", 1, "birthday", "1988-10-15"), "REGISTERED 0"},
			{"2026-01-12 23:00", claims("NEWCOMER_PACK", "", 1), "REGISTERED 0 NEWCOMER_PACK=0 +coupon:NEWCOMER_20=1"},
			{"2026-01-13 00:00", nil, "REGISTERED 0 -NEWCOMER_PACK"},
			{"2026-02-08 10:00", pays("STORE", 600), "SILVER 600 +FREE_DELIVERY=2 +MEMBER_DAY +STORE_FAST_LANE +STORE_SECRET=1 -coupon:NEWCOMER_20"},
			{"2026-02-08 11:00", times(2, uses("FREE_DELIVERY", "", "channel", "MINI_PROGRAM")), "SILVER 600 FREE_DELIVERY=0"},
			{"2026-02-08 12:00", uses("FREE_DELIVERY", "USED_UP", "channel", "MINI_PROGRAM"), "SILVER 600"},
			{"2026-02-09 10:00", nil, "SILVER 600 -MEMBER_DAY"},
			{"2026-03-02 10:00", pays("ONLINE_FLAGSHIP", 3000), "GOLD 3600 +AFTER_SALES_BUTTON +FAMILY_ACCOUNT +FREE_RETURNS=6 +GOLD_DELIVERY=5 +GOLD_DISCOUNT +PRIORITY_PURCHASE=2 -FREE_DELIVERY"},
			{"2026-04-15 10:00", pays("ONLINE_FLAGSHIP", 8000), "PLATINUM 15600 +NEW_ARRIVALS=1 +PLATINUM_DISCOUNT +REPLACE_NOT_REPAIR +STORE_EARLY_HOUR=2 -GOLD_DISCOUNT"},
			{"2026-05-15 10:00", pays("ONLINE_FLAGSHIP", 20000), "DIAMOND 51600 +BLIND_TEST=4 +DIAMOND_DISCOUNT +LATE_COMPENSATION=1 +NEXT_DAY_COURIER -GOLD_DELIVERY -PLATINUM_DISCOUNT"},
			{"2026-05-15 11:00", times(6, uses("NEXT_DAY_COURIER", "", "channel", "ONLINE_FLAGSHIP")), "DIAMOND 51600"}, // the sixth by standard delivery
			{"2026-05-16 09:00", told(happens{"", "order.late", map[string]any{"orderId": "o9", "parcelId": "p9"}}, happens{"", "order.late", map[string]any{"orderId": "o9", "parcelId": "p9"}}), "DIAMOND 53600"},
			{"2026-05-17 09:00", told(happens{"", "store.visited", map[string]any{"storeId": "s1", "travel": "BUS"}}, happens{"", "store.visited", map[string]any{"storeId": "s2", "travel": "METRO"}}), "DIAMOND 53605"},
			{"2026-05-18 09:00", told(happens{"", "store.visited", map[string]any{"storeId": "s1", "travel": "BICYCLE"}}), "DIAMOND 53610"},
			{"2026-07-01 00:00", renews(n), "DIAMOND 53610"},
			{"2026-09-25 12:00", nil, "DIAMOND 53610 +MID_AUTUMN_BOX=1"},
			{"2026-10-08 12:00", pays("STORE", 100), "DIAMOND 54270 +BIRTHDAY_BOX=1 +BIRTHDAY_COINS +MEMBER_DAY +MEMBER_FESTIVAL=1 -MID_AUTUMN_BOX"},
			{"2026-10-09 09:00", uses("BIRTHDAY_BOX", "CHOICE_NEEDED"), "DIAMOND 54270 -MEMBER_DAY -MEMBER_FESTIVAL"},
			{"2026-11-01 00:00", nil, "DIAMOND 54270 -BIRTHDAY_BOX -BIRTHDAY_COINS"},
			{"2027-04-01 00:00", nil, "DIAMOND 50670"},
			{"2027-07-01 00:00", nil, "REGISTERED 660 +COMEBACK_PACK=1 -AFTER_SALES_BUTTON -BLIND_TEST -DIAMOND_DISCOUNT -FAMILY_ACCOUNT -FREE_RETURNS -LATE_COMPENSATION -NEW_ARRIVALS -NEXT_DAY_COURIER -PRIORITY_PURCHASE -REPLACE_NOT_REPAIR -STORE_EARLY_HOUR -STORE_FAST_LANE -STORE_SECRET"},
			{"2027-08-30 00:00", nil, "REGISTERED 660"},
		},
		"bo": {
			{"2026-01-05 09:00", pays("STORE", 600), "SILVER 600 +FREE_DELIVERY=2 +NEWCOMER_PACK=1 +STORE_FAST_LANE +STORE_SECRET=1"},
			{"2026-07-02 09:00", renews(n), "SILVER 600 FREE_DELIVERY=3 -NEWCOMER_PACK"},
			{"2026-07-04 09:00", nil, "SILVER 600 +COMEBACK_PACK=1"},
		},
	})
}
