# Two commands matter: `make run` and `make test`. `make` alone lists them all.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run test stores stores-down bench eval generate manifest lint web soak

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf 'make %-12s %s\n' "$$name" "$$what"; done

run: ## start gateway and worker on the embedded stores in ./.data (needs only Go)
	@go run ./server

test: ## install what is missing, start the real stores, run every test (needs Debian and root)
	@scripts/test.sh

stores: ## start the real local stores; prints MONGODB_URI and REDIS_URL
	@scripts/stores.sh up

stores-down: ## stop the real local stores
	@scripts/stores.sh down

bench: ## print the benchmark table
	@scripts/bench.sh

eval: ## measure the recommendations by what was bought later (EVAL_ORDERS: a file of order lines)
	@go run ./server recommend evaluate "$${EVAL_ORDERS:-../shared/data/online-retail/orders-2010-12-01_2011-10-31.csv.gz}" --from "$${EVAL_FROM:-2011-09-22}"

generate: ## generate the GraphQL server's code from schema.graphqls, and the page of rights
	@go generate ./graph
	@go test ./internal/authz -run '^TestThePageOfRightsIsTheTable$$' -args -update

manifest: ## write the manifest of the operations in clients/operations
	@go run ./server manifest build --leave-out clients/operations > clients/manifests/membergate/current.json.new
	@mv clients/manifests/membergate/current.json.new clients/manifests/membergate/current.json

lint: ## gofmt, vet and staticcheck
	@scripts/lint.sh

web: ## rebuild the explorer's assets (needs npm)
	@scripts/web.sh

soak: ## run the long tests, where there are any
	@scripts/soak.sh
