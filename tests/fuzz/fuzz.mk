# The fuzz targets (tests/fuzz/README.md). `make units` builds each with replay.c, which runs it on the bytes in the tree;
# `make fuzz FUZZ_SECONDS=...` builds them with libFuzzer, in a build of its own, and looks for new ones.

FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(FUZZERS)
FUZZ_BUILD   := $(if $(filter libfuzzer,$(notdir $(BUILD))),$(BUILD),$(BUILD)/libfuzzer)

# libFuzzer has a main of its own.
FUZZ_MAIN := $(if $(findstring fuzzer,$(SAN)),,$(BUILD)/tests/fuzz/replay.o)

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(FUZZ_MAIN) $(BUILD)/libsegpipe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(FUZZ_LDFLAGS) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) -o $@ $^ $(LIBS)

# A mistake in a command line ends the program, which here has to go on.
$(BUILD)/fuzz/options: FUZZ_LDFLAGS = -Wl,--wrap=exit,--wrap=par_init
$(BUILD)/fuzz/options: $(BUILD)/tools/shared/keep.o $(BUILD)/tools/shared/lists.o

# No parser has to do with the loops of lib/cpu, and clang takes a quarter of an hour to sanitize them.
$(SETS): SETFLAGS += $(if $(findstring fuzzer,$(SAN)),-fno-sanitize=all)

.PHONY: fuzz fuzzers
fuzzers: $(FUZZ)
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=clang OPT='-O1 -g' SAN=fuzzer-no-link,address,undefined fuzzers
	tests/fuzz/run $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ_TARGETS)
