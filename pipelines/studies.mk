# What the studies share: a row for each finished run, and tables of the rows there are.
#
#   make study-convergence|study-pretrain-length|study-data-efficiency|study-normalization [STUDY_SEEDS='N ...']
#   make study-NAME-tables      only the tables, of the runs that have finished
#   make study-tables           the same for all studies that have begun
#
#   $(OUT)/study-NAME.tsv              the rows, brought up to date whenever a run ends
#   $(OUT)/study-NAME/rows/*.tsv       a header and a row each
#   $(OUT)/study-NAME/VARIANT/seed-S/  runs that are not those of an arm
#   $(OUT)/study-NAME/*.tsv            what comes out: curves, epochs, speed-ups, means, tests
#
# A run is one job for make, and what there is is not run again; nor are the runs of the arms themselves.

STUDIES := convergence pretrain-length data-efficiency normalization

# Thresholds, as shares of the best arm's final value; the figures quoted are those of the first
CONVERGE ?= --share 0.95,0.9

comma := ,
space := $(subst ,, )

encoder_of = $(if $(filter-out random,$1),$(OUT)/encoders/$1.safetensors)

# What fine-tuning does unless a study has it do otherwise
NORMALIZATIONS    := dataset image released
own_normalization := $(or $(filter $(NORMALIZATIONS),$(FINETUNE_VIEWS)),image)

study_rows = $(OUT)/study-$1/rows

# $(call row,STUDY,RUN,DIR,NAME=VALUE ...[,TRAIN]): the row of RUN, fine-tuned in DIR/seed-S on TRAIN
define row
$(STUDY_SEEDS:%=$(call study_rows,$1)/$2-seed-%.tsv): $(call study_rows,$1)/$2-seed-%.tsv: $3/seed-%/metrics.tsv \
		$(or $5,$(OUT)/data/train.ten)
	@mkdir -p $$(@D)
	pipelines/row $$@ $$(<D) $$(lastword $$^) $4 seed=$$*
	@pipelines/gather $(OUT)/study-$1.tsv $$(@D)
endef

# $(call rows,STUDY,RUN ...): the rows of these runs, for all seeds
rows = $(foreach r,$2,$(STUDY_SEEDS:%=$(call study_rows,$1)/$r-seed-%.tsv))

# $(call study,NAME): its targets; its rows are study-NAME-rows, its tables made by the recipe study-NAME-recipe
define study
.PHONY: study-$1 study-$1-tables
study-$1: $(study-$1-rows) | $(BIN)
	$$(study-$1-recipe)
study-$1-tables: | $(BIN)
	$$(study-$1-recipe)
endef

.PHONY: study-tables
study-tables: $(foreach s,$(STUDIES),$(if $(wildcard $(OUT)/study-$s.tsv),study-$s-tables))

# $(call converge,STUDY,FILTER ...,SUFFIX,REFERENCES): epochs and speed-ups of the runs named by these columns
converge = exp-converge -s $(SEED) $(CONVERGE)$(if $4, --reference $4) --runs $(OUT)/study-$1/runs$3.tsv \
		--curves $(OUT)/study-$1/curves$3.tsv -o $(OUT)/study-$1/speedup$3.tsv \
		$$(pipelines/histories $(OUT)/study-$1.tsv $2)
