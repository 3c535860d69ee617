# What every experiment shares: the scale, the data as streams, how a model is fine-tuned and scored.
#
#   make experiment-NAME [SCALE=demo|small|paper] [ACDC=DIR] [NATURAL=DIR] [SEED=N] [PRECISION=f32|bf16]
#
# demo makes its own data; the other scales need ACDC (its training folder) and, for arms that pretrain on natural
# images, NATURAL (a folder of pictures). PRECISION=bf16 computes networks in bfloat16 where the processor can
# (segpipe(7)); files that are there already stay, so give another OUT to compare.
# A recipe is what you would type; `make -n` shows it.

SCALE ?= demo
SEED  ?= 1
OUT   ?= out/$(SCALE)

PRECISION ?= f32
COMPUTING  = $(if $(filter-out f32,$(PRECISION)),--precision $(PRECISION))

include pipelines/scale-$(SCALE).mk

# Which patients the final scores are of: test, or val where the test patients are not at hand.
EVAL ?= test

ifneq ($(filter experiment%,$(MAKECMDGOALS)),)
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
export PATH := $(abspath $(BUILD))/bin:$(PATH)
endif

# --- data ---

ifeq ($(SCALE),demo)
ACDC    ?= $(OUT)/data/phantom-cine
NATURAL ?= $(OUT)/data/phantom-scene

$(OUT)/data/phantom-cine: | $(BIN)
	@mkdir -p $(@D)
	phantom-cine -s 1 $(PHANTOM_CINE) -o $@

$(OUT)/data/phantom-scene: | $(BIN)
	@mkdir -p $(@D)
	phantom-scene -s 1 $(PHANTOM_SCENE) -o $@
endif

# Folders are order-only: what counts is that they are there, not when something was last put into them.
need = $(if $($1),,$(error $1=DIR is missing: $2 (see data/README.md)))

$(OUT)/data/train.ten $(OUT)/data/val.ten $(OUT)/data/test.ten: $(OUT)/data/%.ten: | $(ACDC) $(BIN)
	$(call need,ACDC,the training folder of the ACDC challenge)
	@mkdir -p $(@D)
	nii2ten --acdc $(ACDC) --split $* -o $@

$(OUT)/data/natural.ten: | $(NATURAL) $(BIN)
	$(call need,NATURAL,a folder of natural images)
	@mkdir -p $(@D)
	img2ten -s $(SEED) --rgb $(IMG2TEN) $(NATURAL) -o $@

# --- fine-tuning and scores, the same for every arm ---

# $(call finetune,ARM): out/SCALE/ARM/model.safetensors from out/SCALE/ARM/encoder.safetensors
define finetune
$(OUT)/$1/model.safetensors: $(OUT)/$1/encoder.safetensors $(OUT)/data/train.ten $(OUT)/data/val.ten | $(BIN)
	ssl-augment -q -s $(SEED) --policy finetune $(FINETUNE_VIEWS) $(OUT)/data/train.ten | \
	seg-finetune -s $(SEED) --encoder $$< $(FINETUNE) $(COMPUTING) --val $(OUT)/data/val.ten \
		--history $(OUT)/$1/history.tsv -o $$@
endef

# $(call score,ARM): predictions of the $(EVAL) patients, their scores and pictures
define score
$(OUT)/$1/$(EVAL).ten: $(OUT)/$1/model.safetensors $(OUT)/data/$(EVAL).ten | $(BIN)
	seg-predict $(COMPUTING) --model $$< $(OUT)/data/$(EVAL).ten -o $$@

$(OUT)/$1/metrics.tsv: $(OUT)/$1/$(EVAL).ten | $(BIN)
	seg-eval --slices $(OUT)/$1/slices.tsv --volumes $(OUT)/$1/volumes.tsv $$< -o $$@

$(OUT)/$1/overlays.tif: $(OUT)/$1/$(EVAL).ten | $(BIN)
	ten2tif $(OVERLAYS) $$< -o $$@

.PHONY: experiment-$1
experiment-$1: $(OUT)/$1/metrics.tsv $(OUT)/$1/overlays.tif
	@pipelines/summary $(OUT)/$1
endef
