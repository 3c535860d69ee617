# BYOL on natural images, then fine-tuning on ACDC (the paper's arm "BYOL ImageNet").

$(OUT)/imagenet-ssl/encoder.safetensors: $(OUT)/data/natural.ten | $(BIN)
	@mkdir -p $(@D)
	ssl-augment -q -s $(SEED) --policy byol-natural $(NATURAL_VIEWS) $< | \
	ssl-pretrain -s $(SEED) $(NATURAL_SSL) $(COMPUTING) --history $(@D)/pretrain.tsv -o $@

$(eval $(call finetune,imagenet-ssl))
$(eval $(call score,imagenet-ssl))
