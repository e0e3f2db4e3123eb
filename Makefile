# The entry point to the project, also for CI: `make` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help build demo demo-oidc run scripted-provider test test-java test-go test-faults test-tofu test-release test-rolling test-suites upgrade-fixture lint lint-prose generate api-reference format install release-snapshot release fuzz fuzz-api fuzz-go mutation bench sbom clean

# Looked up on first use, so that `make` alone needs no tools.
JDK = $(eval JDK := $(shell scripts/find-jdk.sh))$(JDK)
MVN = JAVA_HOME='$(or $(JDK),$(error A JDK is needed, see above))' ./mvnw -B -ntp
GO = $(if $(shell command -v go),go,$(error Go is missing: install Go 1.26 or later, https://go.dev/dl))
TERRAFORM = $(eval TERRAFORM := $(shell terraform-provider/scripts/terraform-path.sh))$(or $(TERRAFORM),$(error A terraform is needed, see above))
GO_TOOL = $(GO) tool -modfile=tools/go.mod

SERVER := api-server/target/quarkus-app/quarkus-run.jar
AOT_CACHE := api-server/target/quarkus-app/agyn.aot
PROVIDER := terraform-provider/bin/terraform-provider-agyn
SDK_VERSION := 1.0.0
SDK_REPOSITORY := target/repository/io/agyn/agyn-java-sdk
SDK := openapi/java-sdk/target/agyn-java-sdk-$(SDK_VERSION).jar
SDK_EXAMPLE := examples/java-sdk/target/java-sdk-example.jar

POMS := pom.xml openapi/pom.xml openapi/java-sdk/pom.xml operator/pom.xml embedded-postgres/pom.xml api-server/pom.xml
CONTRACT := openapi/openapi.yaml
SERVER_SOURCES := $(shell find operator/src/main embedded-postgres/src/main api-server/src/main -type f)
SDK_SOURCES := $(shell find openapi/java-sdk/src/main -type f)
SDK_EXAMPLE_SOURCES := $(shell find examples/java-sdk/src examples/java-sdk/pom.xml -type f)
PROVIDER_SOURCES := $(shell find terraform-provider -name '*.go' -not -path '*/tools/*') terraform-provider/go.mod

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-17s %s\n", $$1, $$2}'

build: $(SERVER) $(AOT_CACHE) $(PROVIDER) $(SDK_EXAMPLE) ## Build the server, the Java SDK and the Terraform provider

$(SERVER): $(SERVER_SOURCES) $(POMS) $(CONTRACT)
	$(MVN) -q -pl api-server -am -DskipTests package
	@touch $@

# Halves the server's start time or better.
$(AOT_CACHE): $(SERVER) api-server/bin/agyn-server api-server/bin/make-aot-cache
	JAVA_HOME='$(JDK)' api-server/bin/make-aot-cache

$(SDK): $(SDK_SOURCES) $(POMS) $(CONTRACT)
	$(MVN) -q -pl openapi/java-sdk -DskipTests package
	@touch $@

# Uses a separate Maven repository, so that another checkout's SDK is not picked up.
$(SDK_EXAMPLE): $(SDK) $(SDK_EXAMPLE_SOURCES)
	mkdir -p $(SDK_REPOSITORY)/$(SDK_VERSION)
	cp $(SDK) $(SDK_REPOSITORY)/$(SDK_VERSION)
	cp openapi/java-sdk/target/.flattened-pom.xml $(SDK_REPOSITORY)/$(SDK_VERSION)/agyn-java-sdk-$(SDK_VERSION).pom
	$(MVN) -q -f examples/java-sdk/pom.xml package \
	    -Dmaven.repo.local='$(CURDIR)/target/repository' -Dmaven.repo.local.tail='$(HOME)/.m2/repository'
	@touch $@

$(PROVIDER): $(PROVIDER_SOURCES)
	cd terraform-provider && $(GO) build -o bin/terraform-provider-agyn .
	@touch $@

demo: build ## Demonstrate a server, terraform apply, rotations, a key in OpenBao, a rejected plan, and destroy
	JAVA_HOME='$(JDK)' scripts/demo.sh

demo-oidc: build ## Demonstrate sign-in with an identity provider, a temporary Keycloak
	JAVA_HOME='$(JDK)' scripts/demo-oidc.sh

run: $(AOT_CACHE) ## Run the server on its embedded PostgreSQL, until Ctrl-C
	@JAVA_HOME='$(JDK)' exec api-server/bin/agyn-server

scripted-provider: $(SERVER) ## Run a stand-in for OpenAI and Anthropic on port 9000 that accepts any key, until Ctrl-C
	@exec '$(JDK)/bin/java' --sun-misc-unsafe-memory-access=allow -jar scripted-provider/target/agyn-scripted-provider-*.jar --port 9000

test: lint build ## Check format, lint, and run the tests
	$(MAKE) -j2 test-java test-go

test-java: build ## Run the Java tests, including the examples and the browser tests
	CHROMIUM_PATH="$$(scripts/find-chromium.sh)" NGINX_PATH="$$(scripts/find-nginx.sh)" BAO_PATH="$$(scripts/find-openbao.sh)" KEYCLOAK_HOME="$$(scripts/find-keycloak.sh)" \
	    $(MVN) verify

# The server is a copy, since test-java packages it again.
test-go: build ## Run the Go tests, including those with terraform and a server
	rm -rf target/test-go && mkdir -p target/test-go && cp -a api-server/target/quarkus-app target/test-go/
	cd terraform-provider && JAVA_HOME='$(JDK)' AGYN_TEST_SERVER='$(CURDIR)/target/test-go/quarkus-app' TF_ACC=1 TF_ACC_TERRAFORM_PATH='$(TERRAFORM)' $(GO) test -count=1 -timeout 40m ./...

# FROM is a commit or tag; the default is the last release.
test-rolling: $(SERVER) ## Run the server of the last release, or FROM=<commit>, alongside this one under load
	JAVA_HOME='$(JDK)' scripts/rolling.sh $(FROM)

# For a release: with the built server, or that of the commit or tag FROM.
upgrade-fixture: $(SERVER) ## Create the fixture of a release's schema, for UpgradeIT
	JAVA_HOME='$(JDK)' scripts/upgrade-fixture.sh $(FROM)

test-suites: build ## Run tests of the vendors' SDKs straight and through the LLM Proxy, and compare the verdicts
	$(MVN) verify -pl end-to-end -am -Dtest=none -Dit.test=VendorSuitesIT -Dsuites.excluded= \
	    -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false || failed=$$?; \
	cat end-to-end/target/test-suites.md; exit $${failed:-0}

test-faults: build ## Run the tests that kill servers and databases under load, or make them unavailable for minutes
	BAO_PATH="$$(scripts/find-openbao.sh)" $(MVN) verify -pl api-server -am -Dtest=none -Dgroups=faults -Dfaults.excluded= \
	    -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

test-tofu: build ## Run the tests against terraform with OpenTofu instead, which is built if it is not installed
	cd terraform-provider && JAVA_HOME='$(JDK)' TF_ACC=1 TF_ACC_TERRAFORM_PATH="$$(scripts/terraform-path.sh --tofu)" $(GO) test -count=1 -timeout 25m ./internal/acceptance

lint: lint-prose ## Check format, lint the prose, the contract and the code, check that generated code is up to date
	$(MVN) -q spotless:check
	cd terraform-provider && test -z "$$(gofmt -l . | tee /dev/stderr)"
	cd terraform-provider && $(GO) vet ./...
	cd terraform-provider && $(GO_TOOL) staticcheck $$($(GO) list ./... | grep -v /internal/client)
	'$(TERRAFORM)' fmt -check -recursive examples
	'$(TERRAFORM)' fmt -check -recursive terraform-provider/examples
	'$(TERRAFORM)' fmt -check -recursive modules
	cd openapi && ../scripts/spectral.sh lint openapi.yaml --fail-severity=warn
	cd terraform-provider && ../scripts/lint-contract.sh $(GO_TOOL) oasdiff
	JAVA_HOME='$(JDK)' terraform-provider/scripts/generate-client.sh --check
	TF_ACC_TERRAFORM_PATH='$(TERRAFORM)' terraform-provider/scripts/generate-docs.sh --check
	terraform-provider/scripts/vulnerabilities.sh

# Vale runs from the root, where its settings are: .vale.ini says how to write an exception.
lint-prose: ## Check that texts, comments and messages are plain English: all, or the files and folders PROSE
	"$$(cd terraform-provider/tools/vale && $(GO) tool -n vale)" --output=line \
	    --glob='!**/{target,node_modules,.terraform,client}/**' $(or $(PROSE),.)

generate: ## Generate the Go client from the contract, and the provider's documentation (Java is generated by the build)
	JAVA_HOME='$(JDK)' terraform-provider/scripts/generate-client.sh
	TF_ACC_TERRAFORM_PATH='$(TERRAFORM)' terraform-provider/scripts/generate-docs.sh

api-reference: ## Render the API reference as one HTML page, to openapi/target/api-reference/index.html
	$(MVN) -q -pl openapi org.openapitools:openapi-generator-maven-plugin:generate@api-reference

format: ## Format everything
	$(MVN) -q spotless:apply
	cd terraform-provider && gofmt -w .
	'$(TERRAFORM)' fmt -recursive examples
	'$(TERRAFORM)' fmt -recursive terraform-provider/examples
	'$(TERRAFORM)' fmt -recursive modules

install: $(PROVIDER) ## Install the provider for your own terraform init
	terraform-provider/scripts/install.sh

test-release: ## Build a release of the provider for this platform, and install it from a mirror
	cd terraform-provider && TF_ACC_TERRAFORM_PATH='$(TERRAFORM)' scripts/test-release.sh $(GO) tool -modfile=tools/release/go.mod goreleaser

release-snapshot: ## Build a release of the provider for all platforms, unsigned, and publish nothing
	cd terraform-provider && $(GO) tool -modfile=tools/release/go.mod goreleaser release --snapshot --clean --skip=sign

release: ## Build, sign and publish a release of the provider; needs a tag, GPG_FINGERPRINT and GITHUB_TOKEN
	cd terraform-provider && $(GO) tool -modfile=tools/release/go.mod goreleaser release --clean

# FUZZ selects some of the server's tests, such as RequestFieldsFuzz.
fuzz: ## Fuzz the server's parsers with Jazzer, then the provider's, each test for FUZZ_TIME=10m
	$(MVN) -q -pl api-server -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz.classpath
	JAVA_HOME='$(JDK)' FUZZ_TIME='$(or $(FUZZ_TIME),10m)' scripts/fuzz.sh $(FUZZ)
	$(if $(FUZZ),,$(MAKE) fuzz-go)

fuzz-api: $(AOT_CACHE) ## Fuzz the API with its contract (needs schemathesis)
	JAVA_HOME='$(JDK)' scripts/with-server.sh scripts/fuzz-api.sh

fuzz-go: ## Fuzz the Terraform provider, each test for FUZZ_TIME=10m
	terraform-provider/scripts/fuzz.sh $(or $(FUZZ_TIME),10m)

# MUTATE selects some of the packages below io.agyn, such as keys.
mutation: $(addprefix mutation-,$(or $(MUTATE),access keys proxy.body proxy.routing proxy.websocket usage)) ## Mutate the code of some packages of the server with PIT, and report the mutants that no test kills

mutation-%:
	$(MVN) -q -Pmutation -pl api-server -am process-test-classes -Dmutation.package=io.agyn.$*

sbom: ## Write a bill of materials of the Java modules (CycloneDX), to target/bom.json and target/bom.xml
	$(MVN) -q org.cyclonedx:cyclonedx-maven-plugin:2.9.3:makeAggregateBom

bench: build ## Run the benchmarks
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/Start.java
	JAVA_HOME='$(JDK)' scripts/with-server.sh '$(JDK)/bin/java' -cp 'api-server/target/quarkus-app/lib/main/*' bench/Lists.java
	JAVA_HOME='$(JDK)' scripts/with-server.sh '$(JDK)/bin/java' -cp 'api-server/target/quarkus-app/lib/main/*' bench/Console.java
	JAVA_HOME='$(JDK)' TERRAFORM='$(TERRAFORM)' PROVIDER=terraform-provider/bin scripts/with-server.sh '$(JDK)/bin/java' bench/Terraform.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/Proxy.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/AccessTokens.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/RemoteSecrets.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/Streams.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/Idle.java
	JAVA_HOME='$(JDK)' '$(JDK)/bin/java' bench/WebSockets.java

clean: ## Remove all build output
	rm -rf target */target openapi/*/target examples/*/target terraform-provider/bin
