# BYOL on natural images, then fine-tuning on ACDC (the paper's arm "BYOL ImageNet").

ifdef BYOL_WEIGHTS
$(OUT)/encoders/imagenet-ssl.safetensors: $(BYOL_WEIGHTS) | $(BIN)
	@mkdir -p $(@D)
	weights-import $(BYOL_IMPORT) $< -o $@
else
$(OUT)/encoders/imagenet-ssl.safetensors: $(OUT)/data/natural.ten $(OUT)/data/natural.tsv | $(BIN)
	@mkdir -p $(@D)
	ssl-augment -q -s $(SEED) --policy byol-natural --size $(NATURAL_SIZE) --normalize dataset --stats $(OUT)/data/natural.tsv \
		$(NATURAL_SSL_VIEWS) $(SEEN) $< | \
	ssl-pretrain -s $(SEED) --arch $(ARCH) $(NATURAL_SSL) $(COMPUTING) $(RESUMED) --history $(@:.safetensors=.tsv) -o $@
endif

$(eval $(call arm,imagenet-ssl,$(OUT)/encoders/imagenet-ssl.safetensors))
