# A classifier of natural images, then BYOL on the frames of the ACDC training patients, then fine-tuning on
# ACDC (the paper's arm "supervised ImageNet + BYOL ACDC"). The first encoder is that of the arm
# imagenet-supervised; its first convolution is summed over the colours when it is read.

$(OUT)/encoders/imagenet-supervised-acdc-ssl.safetensors: $(OUT)/encoders/imagenet-supervised.safetensors $(OUT)/data/pool.ten | $(BIN)
	$(TIDY) $<
	ssl-augment -q -s $(SEED) --policy byol-mri $(ACDC_VIEWS) --epochs $(ACDC_EPOCHS_MORE) $(SEEN) $(OUT)/data/pool.ten | \
	ssl-pretrain -s $(SEED) --init $< $(ACDC_SSL) $(COMPUTING) $(RESUMED) --history $(@:.safetensors=.tsv) -o $@

$(eval $(call arm,imagenet-supervised-acdc-ssl,$(OUT)/encoders/imagenet-supervised-acdc-ssl.safetensors))
