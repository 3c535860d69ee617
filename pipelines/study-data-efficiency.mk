# How many labels it takes: arms are fine-tuned on random subsets of the training slices, once a part of the slices of
# all patients (EFFICIENCY_RATIOS), once all slices of some patients (EFFICIENCY_PATIENTS), which is how labels are
# bought. The seed decides the subset; it is the same for every arm, and part of every larger one of that seed. An epoch
# has as many steps as one of all slices. Ratio 1 is the arm itself.

EFFICIENCY_DIR   := $(OUT)/study-data-efficiency
EFFICIENCY_PARTS := $(patsubst %,ratio-%,$(filter-out 1,$(EFFICIENCY_RATIOS))) $(EFFICIENCY_PATIENTS:%=patients-%)

# Intensities are those of all slices: they may be known though the labels are not.
efficiency_stats := $(if $(filter dataset released,$(own_normalization)),$(OUT)/data/train.tsv)
efficiency_views  = --samples $$$$(ten-info --meta samples $(OUT)/data/train.ten | uniq)$(if $(efficiency_stats), --stats $(efficiency_stats))

$(OUT)/data/train.tsv: $(OUT)/data/train.ten | $(BIN)
	ten-stats $< -o $@

# $(call subset,PART,OPTIONS): DIR/data/PART-seed-S.ten
define subset
$(STUDY_SEEDS:%=$(EFFICIENCY_DIR)/data/$1-seed-%.ten): $(EFFICIENCY_DIR)/data/$1-seed-%.ten: $(OUT)/data/train.ten \
		$(efficiency_stats) | $(BIN)
	@mkdir -p $$(@D)
	ten-select -s $$* $2 $$< -o $$@
endef
$(foreach r,$(filter-out 1,$(EFFICIENCY_RATIOS)),$(eval $(call subset,ratio-$r,--ratio $r)))
$(foreach n,$(EFFICIENCY_PATIENTS),$(eval $(call subset,patients-$n,--count $n --by patient)))

# $(call part,ARM,PART,KIND,SIZE): an arm fine-tuned on a part
define part
$(call finetune,$(EFFICIENCY_DIR)/$1-$2,$(call encoder_of,$1),$(EFFICIENCY_DIR)/data/$2-seed-%.ten,$(efficiency_views))

$(call score,$(EFFICIENCY_DIR)/$1-$2)

$(call row,data-efficiency,$2-$1,$(EFFICIENCY_DIR)/$1-$2,arm=$1 by=$3 size=$4,$(EFFICIENCY_DIR)/data/$2-seed-%.ten)
endef
$(foreach a,$(EFFICIENCY_ARMS),$(foreach p,$(EFFICIENCY_PARTS),$(eval \
	$(call part,$a,$p,$(firstword $(subst -, ,$p)),$(lastword $(subst -, ,$p))))))
$(foreach a,$(EFFICIENCY_ARMS),$(eval $(call row,data-efficiency,ratio-1-$a,$(OUT)/$a,arm=$a by=ratio size=1)))

study-data-efficiency-rows = $(call rows,data-efficiency,$(foreach a,$(EFFICIENCY_ARMS),$(EFFICIENCY_PARTS:%=%-$a) \
	$(if $(filter 1,$(EFFICIENCY_RATIOS)),ratio-1-$a)))

efficiency = exp-compare --metric $1 --at by,size --also slices,patients --tests $(EFFICIENCY_DIR)/tests-$1.tsv \
		-o $(EFFICIENCY_DIR)/means-$1.tsv $(OUT)/study-data-efficiency.tsv

define study-data-efficiency-recipe
	$(call efficiency,dice)
	$(call efficiency,iou)
endef
$(eval $(call study,data-efficiency))
