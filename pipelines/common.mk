# What every experiment shares: the scale, the data as streams, how a model is fine-tuned and scored.
#
#   make experiment-ARM [SCALE=demo|small|paper] [ACDC=DIR] [NATURAL=DIR] [SEEDS='N ...'] [PRECISION=f32|bf16] [EVERY=N|Nm]
#   make experiments                     all six arms
#
# demo makes its own data; the other scales need ACDC (its training folder) and, for arms that pretrain on natural
# images, NATURAL (a folder of pictures, in a subfolder per class). Instead of that pretraining, IMAGENET_WEIGHTS and
# BYOL_WEIGHTS take the weights of others (IMAGENET_IMPORT and BYOL_IMPORT: options of weights-import). SEEDS are the
# seeds of fine-tuning; encoders are made once, by the first of them (SEED). PRECISION=bf16 computes networks in
# bfloat16 where the processor can (segpipe(7)). Files that are there already stay, so give another OUT to compare
# settings.
# A recipe is what you would type; `make -n` shows it.
#
#   $(OUT)/data/*.ten            streams
#   $(OUT)/encoders/NAME.*       weights and history of a pretraining, shared by the arms that begin with it
#   $(OUT)/ARM/seed-S/*          a fine-tuned model, its history, predictions, scores and pictures

SCALE ?= demo
OUT   ?= out/$(SCALE)
ifdef SEEDS
SEED  ?= $(firstword $(SEEDS))
endif
SEED  ?= 1
SEEDS ?= $(SEED)

# Seeds of the studies (pipelines/studies.mk): SEEDS if they were given, else what the scale says
ifneq ($(origin SEEDS),file)
STUDY_SEEDS ?= $(SEEDS)
endif

PRECISION ?= f32
COMPUTING  = $(if $(filter-out f32,$(PRECISION)),--precision $(PRECISION))

# Training that was interrupted goes on when make runs again; EVERY: how often it saves itself (500 steps, 10m minutes).
SAVED   = $@.ckpt
SEEN    = --resume $(SAVED)
RESUMED = --checkpoint $(SAVED) $(if $(EVERY),--every $(EVERY) )--resume

# Killed when its weights stood already, a training leaves its checkpoint behind: who reads the weights next removes it.
TIDY    = @pipelines/tidy

include pipelines/scale-$(SCALE).mk

ALL_SEEDS := $(sort $(SEEDS) $(STUDY_SEEDS))

# Which patients the final scores are of: test, or val where the test patients are not at hand.
EVAL ?= test

ARMS := random imagenet-supervised imagenet-ssl acdc-ssl imagenet-supervised-acdc-ssl imagenet-ssl-acdc-ssl

.PHONY: experiments
experiments: $(ARMS:%=experiment-%)
	@pipelines/summary $(ARMS:%=$(OUT)/%)

ifneq ($(filter experiment% study% report% $(OUT)/%,$(MAKECMDGOALS)),)
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

$(OUT)/data/pool.ten: | $(ACDC) $(BIN)
	$(call need,ACDC,the training folder of the ACDC challenge)
	@mkdir -p $(@D)
	nii2ten --acdc $(ACDC) --split train --unlabelled -o $@

$(OUT)/data/natural.ten: | $(NATURAL) $(BIN)
	$(call need,NATURAL,a folder of natural images)
	@mkdir -p $(@D)
	img2ten -s $(SEED) --rgb $(IMG2TEN) --split train $(NATURAL) -o $@

# Mean and deviation of the channels, of which views of natural images are rid
$(OUT)/data/natural.tsv: $(OUT)/data/natural.ten | $(BIN)
	ten-stats $< -o $@

$(OUT)/data/natural-val.ten: $(OUT)/data/natural.tsv | $(NATURAL) $(BIN)
	$(call need,NATURAL,a folder of natural images)
	img2ten -q -s $(SEED) --rgb $(IMG2TEN) --split val $(NATURAL) | \
	ssl-augment --policy centre --size $(NATURAL_SIZE) --normalize dataset --stats $< -o $@

# --- fine-tuning and scores, the same for every arm ---

# $(call finetune,DIR,ENCODER[,TRAIN[,VIEWS]]): DIR/seed-S/model.safetensors for all seeds, from ENCODER (none: random
# weights) and the samples of TRAIN (% in it is the seed). VIEWS are more options for ssl-augment.
define finetune
$(ALL_SEEDS:%=$1/seed-%/model.safetensors): $1/seed-%/model.safetensors: $(or $3,$(OUT)/data/train.ten) $2 $(OUT)/data/val.ten | $(BIN)
	@mkdir -p $$(@D)
$(if $2,	$(TIDY) $2
)	ssl-augment -q -s $$* --policy finetune $(FINETUNE_VIEWS) $(if $4,$4 )$$(SEEN) $$< | \
	seg-finetune -s $$* $(if $2,--encoder $2,--arch $(ARCH)) $(FINETUNE) $(COMPUTING) --val $(OUT)/data/val.ten $$(RESUMED) \
		--history $$(@D)/history.tsv -o $$@
endef

# $(call score,DIR): predictions of the $(EVAL) patients, their scores and pictures
define score
$(ALL_SEEDS:%=$1/seed-%/$(EVAL).ten): $1/seed-%/$(EVAL).ten: $1/seed-%/model.safetensors $(OUT)/data/$(EVAL).ten | $(BIN)
	$(TIDY) $$<
	seg-predict $(COMPUTING) --model $$< $(OUT)/data/$(EVAL).ten -o $$@

$(ALL_SEEDS:%=$1/seed-%/metrics.tsv): $1/seed-%/metrics.tsv: $1/seed-%/$(EVAL).ten | $(BIN)
	seg-eval --slices $$(@D)/slices.tsv --volumes $$(@D)/volumes.tsv $$< -o $$@

$(ALL_SEEDS:%=$1/seed-%/overlays.tif): $1/seed-%/overlays.tif: $1/seed-%/$(EVAL).ten | $(BIN)
	ten2tif $(OVERLAYS) $$< -o $$@
endef

# $(call arm,NAME[,ENCODER]): experiment-NAME, all of it but the pretraining
define arm
$(call finetune,$(OUT)/$1,$2)

$(call score,$(OUT)/$1)

.PHONY: experiment-$1
experiment-$1: $(SEEDS:%=$(OUT)/$1/seed-%/metrics.tsv) $(SEEDS:%=$(OUT)/$1/seed-%/overlays.tif)
	@pipelines/summary $(OUT)/$1
endef
