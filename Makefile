# segpipe - self-supervised pretraining and segmentation of 2D medical images
#
#   make                          build the tools into build/bin
#   make deps check               install what is missing (Debian), run every test
#   make experiment-imagenet-ssl  an experiment, or all: make experiments; see pipelines/ and segpipe(7)
#   make install PREFIX=/usr      tools and man pages

include config.mk

# `make deps GOAL ...`: the flags come from pkg-config, and deps may only now install what it tells of. So a
# second make makes the goals, afterwards: first what there is to compile, on all processors.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
GOALS := $(filter-out deps,$(MAKECMDGOALS))
.PHONY: deps goals $(GOALS)
deps:
	config/deps $(DEBS)
goals: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(if $(filter check,$(GOALS)),units)
	@$(MAKE) --no-print-directory $(GOALS)
$(GOALS): goals ; @:
else

SHARED := $(sort $(wildcard tools/shared/*.c))
TOOLS  := $(sort $(basename $(notdir $(wildcard tools/*.c))))
UNITS  := $(sort $(filter-out check,$(basename $(notdir $(wildcard tests/unit/*.c)))))
HELPS  := $(sort $(filter-out formula,$(basename $(notdir $(wildcard tests/helpers/*.c)))))
LIBSRC := $(sort $(wildcard lib/*/*.c))
LIBOBJ := $(LIBSRC:%.c=$(BUILD)/%.o)
BIN    := $(TOOLS:%=$(BUILD)/bin/%)
UNIT   := $(UNITS:%=$(BUILD)/unit/%)
HELP   := $(HELPS:%=$(BUILD)/helpers/%)
SHIM   := $(patsubst tests/shims/%.c,$(BUILD)/shims/%.so,$(sort $(wildcard tests/shims/*.c)))
FUZZERS := $(sort $(filter-out replay,$(basename $(notdir $(wildcard tests/fuzz/*.c)))))
FUZZ   := $(FUZZERS:%=$(BUILD)/fuzz/%)

# Level 3 needs a compiler that tells the sizes of objects as the program runs
FORTIFY  := $(if $(filter 1,$(shell echo '__has_builtin(__builtin_dynamic_object_size)' | $(CC) -E -P - 2>/dev/null)),3,2)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DNO_CLONES,$(HARDEN))
ALL_CPPFLAGS := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DBLAS_SO='"$(BLAS_SO)"' -Ilib $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS)
ALL_CFLAGS   := -std=c17 $(OPT) -fno-math-errno -fno-trapping-math -pthread $(WARN) $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS  := -pthread -Wl,--as-needed $(if $(SAN),$(SANFLAGS),$(HARDEN_LINK)) $(LDFLAGS)
LIBS         := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -ldl

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all units objects clean install check check-long analyze

all: $(BIN)

# Objects are made anew when the flags change: sanitizer and release builds don't mix.
MISSING := $(shell pkg-config --exists $(PKGS) 2>/dev/null || \
	for p in $(PKGS); do pkg-config --exists $$p 2>/dev/null || echo $$p; done)
FLAGS := $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS)
ifneq ($(FLAGS),$(file <$(BUILD)/flags))
$(shell mkdir -p $(BUILD))
$(file >$(BUILD)/flags,$(FLAGS))
endif

# The loops for each kind of processor (lib/cpu/cpu.h); what a multiply-add is may not depend on -std
SETS := $(patsubst %,$(BUILD)/lib/cpu/%.o,portable avx2 avx512 avx512bf16 bf16_pack amx)
$(SETS): SETFLAGS = -ffp-contract=fast
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
$(BUILD)/lib/cpu/avx2.o:   SETFLAGS += -march=x86-64-v3
$(BUILD)/lib/cpu/avx512.o: SETFLAGS += -march=x86-64-v4 -mprefer-vector-width=512
$(patsubst %,$(BUILD)/lib/cpu/%.o,avx512bf16 bf16_pack amx): SETFLAGS += -march=x86-64-v4 -mavx512bf16
$(BUILD)/lib/cpu/amx.o: SETFLAGS += -mamx-tile -mamx-bf16
endif

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(if $(MISSING),$(error libraries are missing ($(strip $(MISSING))): run 'make deps'))
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(SETFLAGS) -MMD -MP -c -o $@ $<

# What the assembler puts into it
$(BUILD)/lib/page/assets.o: pipelines/report/style.css lib/page/report.css lib/page/report.js

$(BUILD)/libsegpipe.a: $(LIBOBJ)
	@rm -f $@
	$(AR) rcs $@ $^

# An archive, so that a tool is linked with what it uses and no more
$(BUILD)/libtools.a: $(SHARED:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/tools/%.o $(BUILD)/libtools.a $(BUILD)/libsegpipe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libsegpipe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Programs that tests use and nobody installs
$(BUILD)/helpers/%: $(BUILD)/tests/helpers/%.o $(BUILD)/tests/helpers/formula.o $(BUILD)/libsegpipe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What tests preload into tools; without sanitizers, for it stands before their functions
$(BUILD)/shims/%.so: tests/shims/%.c tests/shims/real.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -std=c17 -O2 -g $(WARN) $(CFLAGS) -shared -fPIC -o $@ $< -ldl

include tests/bench/bench.mk
include tests/fuzz/fuzz.mk

units: $(UNIT) $(HELP) $(SHIM) $(BENCH) $(FUZZ)

# What needs no library for image files: with PKGS=openblas and another CC, to see that it compiles elsewhere
objects: $(filter-out $(BUILD)/lib/io/%,$(LIBOBJ))

check: all units
	BUILD=$(BUILD) tests/run

# What takes hours: cuts, kills, exhausted memory, valgrind, and a minute of fuzzing for each parser (FUZZ_SECONDS=...), with
# clang
check-long: all units
	BUILD=$(BUILD) bats tests/long
	@$(MAKE) --no-print-directory fuzz

# What gcc -fanalyzer and clang-tidy find, minutes; ANALYZERS=gcc takes seconds
analyze:
	tests/analyze $(ANALYZERS)

include pipelines/common.mk $(sort $(filter-out pipelines/common.mk pipelines/scale-%,$(wildcard pipelines/*.mk)))

clean:
	rm -rf $(BUILD)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(wildcard man/*.5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(wildcard man/*.7) $(DESTDIR)$(PREFIX)/share/man/man7

-include $(LIBOBJ:.o=.d) $(TOOLS:%=$(BUILD)/tools/%.d) $(SHARED:%.c=$(BUILD)/%.d) $(UNITS:%=$(BUILD)/tests/unit/%.d) \
	$(HELPS:%=$(BUILD)/tests/helpers/%.d) $(BUILD)/tests/helpers/formula.d $(FUZZERS:%=$(BUILD)/tests/fuzz/%.d)
endif
