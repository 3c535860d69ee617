# A classifier of natural images, then fine-tuning on ACDC (the paper's arm "supervised ImageNet").

ifdef IMAGENET_WEIGHTS
$(OUT)/encoders/imagenet-supervised.safetensors: $(IMAGENET_WEIGHTS) | $(BIN)
	@mkdir -p $(@D)
	weights-import $< -o $@
endif

$(eval $(call arm,imagenet-supervised,$(OUT)/encoders/imagenet-supervised.safetensors))
