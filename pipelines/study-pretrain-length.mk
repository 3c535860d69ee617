# How long BYOL on ACDC frames has to go on, after BYOL on natural images: the encoder is kept after some epochs of one
# training, 0 being the natural one as it comes, and each is fine-tuned. (Schedules are those of the whole training, as
# long as the greatest of PRETRAIN_LENGTHS.)

LENGTH_DIR  := $(OUT)/study-pretrain-length
LENGTH_BASE := imagenet-ssl-acdc-ssl
length_encoder = $(LENGTH_DIR)/encoders/$(LENGTH_BASE)-epoch$1.safetensors

# Files are whole when they appear: those of the first epochs stay when training is interrupted, and it goes on behind them.
.PRECIOUS: $(foreach n,$(PRETRAIN_LENGTHS),$(call length_encoder,$n))
$(foreach n,$(PRETRAIN_LENGTHS),$(call length_encoder,$n)) : private SAVED = $(LENGTH_DIR)/encoders/$(LENGTH_BASE).ckpt
$(foreach n,$(PRETRAIN_LENGTHS),$(call length_encoder,$n)) &: $(OUT)/encoders/imagenet-ssl.safetensors $(OUT)/data/pool.ten | $(BIN)
	@mkdir -p $(@D)
	$(TIDY) $<
	ssl-augment -q -s $(SEED) --policy byol-mri $(ACDC_VIEWS) --epochs $(lastword $(PRETRAIN_LENGTHS)) $(SEEN) $(OUT)/data/pool.ten | \
	ssl-pretrain -s $(SEED) --init $< $(ACDC_SSL) $(COMPUTING) $(RESUMED) \
		--keep $(subst $(space),$(comma),$(strip $(PRETRAIN_LENGTHS))) \
		--history $(@D)/$(LENGTH_BASE).tsv -o $(@D)/$(LENGTH_BASE).safetensors

study-pretrain-length-rows = $(call rows,pretrain-length,$(PRETRAIN_LENGTHS:%=$(LENGTH_BASE)-epoch%))

# $(call length,N): an encoder after N epochs, fine-tuned
define length
$(call finetune,$(LENGTH_DIR)/$(LENGTH_BASE)-epoch$1,$(call length_encoder,$1))

$(call score,$(LENGTH_DIR)/$(LENGTH_BASE)-epoch$1)

$(call row,pretrain-length,$(LENGTH_BASE)-epoch$1,$(LENGTH_DIR)/$(LENGTH_BASE)-epoch$1,arm=$(LENGTH_BASE)-epoch$1 length=$1)
endef
$(foreach n,$(PRETRAIN_LENGTHS),$(eval $(call length,$n)))

define study-pretrain-length-recipe
	$(call converge,pretrain-length,arm,,$(LENGTH_BASE)-epoch$(firstword $(PRETRAIN_LENGTHS)))
	exp-compare --at length -o $(LENGTH_DIR)/means.tsv $(OUT)/study-pretrain-length.tsv
endef
$(eval $(call study,pretrain-length))
