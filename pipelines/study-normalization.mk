# How much of a speed-up is the normalisation's? The released code divides images by 255 before it subtracts the mean and
# divides by the deviation, which leaves them a range 0.012 wide. Some arms are fine-tuned with that, with the data set's
# mean and deviation, and with each image's own; encoders are as they are. What an arm does anyhow is not done again.

NORMALIZATION_DIR := $(OUT)/study-normalization

# $(call normalized,ARM,KIND): an arm fine-tuned so, unless it is
define normalized
$(call finetune,$(NORMALIZATION_DIR)/$1-$2,$(call encoder_of,$1),,--normalize $2)

$(call score,$(NORMALIZATION_DIR)/$1-$2)

$(call row,normalization,$1-$2,$(if $(filter $2,$(own_normalization)),$(OUT)/$1,$(NORMALIZATION_DIR)/$1-$2),arm=$1 normalize=$2)
endef
$(foreach a,$(NORMALIZATION_ARMS),$(foreach k,$(NORMALIZATIONS),$(eval $(call normalized,$a,$k))))

study-normalization-rows = $(call rows,normalization,$(foreach k,$(NORMALIZATIONS),$(NORMALIZATION_ARMS:%=%-$k)))

# All together, with one threshold; and each kind by itself, with a threshold of its own as in the paper
define study-normalization-recipe
	$(call converge,normalization,arm normalize,,random-image)
	for kind in $(NORMALIZATIONS); do \
		! grep -q "	$$kind	" $(OUT)/study-normalization.tsv || \
		$(call converge,normalization,arm normalize=$$kind,-$$kind); done
endef
$(eval $(call study,normalization))
