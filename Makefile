# What you can do here; `make help` prints it.
RELEASE = swift build -c release --static-swift-stdlib -Xlinker -s
PROGRAMS = tap-close target-close close-sandbox
INSTALL_DIR ?= /usr/local/bin
FUZZ ?= 50000

.PHONY: help build demo test lint format bench fuzz install clean libcurl

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: libcurl ## build the three programs into .build/release
	@for program in $(PROGRAMS); do $(RELEASE) --product $$program || exit 1; done

demo: build ## the main job on the bundled sandbox: full run, changes, incremental run, summary
	@Tests/Scripts/demo.sh

test: libcurl ## every test, with the real target-jsonl and singer-check-tap as judges
	@Tests/Scripts/test.sh

bench: build ## measure against tap-closeio on the same sandbox data, in one run
	@Tests/Scripts/bench.sh

fuzz: libcurl ## mutated pages, messages, catalogs and states for a few minutes
	FUZZ_ROUNDS=$(FUZZ) FUZZ_ITERATIONS=$(FUZZ) swift test --disable-xctest --filter "Fuzz|Comparison|NormalInstant|PlainValue"

lint: ## check the formatting
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## mend the formatting
	@swift format --in-place --recursive --parallel Sources Tests Package.swift

install: build ## copy the programs to INSTALL_DIR
	install -m 755 $(addprefix .build/release/,$(PROGRAMS)) $(INSTALL_DIR)

clean: ## remove everything that was built or installed here
	rm -rf .build .venv

libcurl:
	@Tests/Scripts/libcurl.sh
