# The one door to the project: `make` lists what it does. CI goes through it too.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help build run test format clean

# Found when first needed, so that `make` alone needs nothing.
JDK = $(eval JDK := $(shell scripts/find-jdk.sh))$(JDK)
MVN = JAVA_HOME='$(or $(JDK),$(error A JDK is needed, see above))' ./mvnw -B -ntp

SERVER := api-server/target/quarkus-app/quarkus-run.jar
SERVER_SOURCES := $(shell find api-server/src/main -type f)
POMS := pom.xml api-server/pom.xml
CONTRACT := openapi/openapi.yaml

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-10s %s\n", $$1, $$2}'

build: $(SERVER) ## Build the server

$(SERVER): $(SERVER_SOURCES) $(POMS) $(CONTRACT)
	$(MVN) -q -pl api-server -DskipTests package
	@touch $@

run: $(SERVER) ## Run the server on its embedded PostgreSQL, until Ctrl-C
	@exec '$(JDK)/bin/java' -jar $(SERVER)

test: ## Check format and run all tests
	$(MVN) -pl api-server spotless:check verify

format: ## Format everything
	$(MVN) -q -pl api-server spotless:apply

clean: ## Remove what was built
	rm -rf */target
