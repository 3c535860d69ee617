# A classifier of natural images, then fine-tuning on ACDC (the paper's arm "supervised ImageNet").

ifdef IMAGENET_WEIGHTS
$(OUT)/encoders/imagenet-supervised.safetensors: $(IMAGENET_WEIGHTS) | $(BIN)
	@mkdir -p $(@D)
	weights-import $(IMAGENET_IMPORT) $< -o $@
else
$(OUT)/encoders/imagenet-supervised.safetensors: $(OUT)/data/natural.ten $(OUT)/data/natural-val.ten | $(BIN)
	@mkdir -p $(@D)
	ssl-augment -q -s $(SEED) --policy classify --size $(NATURAL_SIZE) --normalize dataset --stats $(OUT)/data/natural.tsv \
		$(NATURAL_CLASSIFY_VIEWS) $(SEEN) $< | \
	cls-pretrain -s $(SEED) --arch $(ARCH) $(NATURAL_CLASSIFY) $(COMPUTING) --val $(OUT)/data/natural-val.ten \
		$(RESUMED) --history $(@:.safetensors=.tsv) -o $@
endif

$(eval $(call arm,imagenet-supervised,$(OUT)/encoders/imagenet-supervised.safetensors))
