# BYOL on the frames of the ACDC training patients, without their labels, then fine-tuning on ACDC (the paper's arm
# "BYOL ACDC").

$(OUT)/encoders/acdc-ssl.safetensors: $(OUT)/data/pool.ten | $(BIN)
	@mkdir -p $(@D)
	ssl-augment -q -s $(SEED) --policy byol-mri $(ACDC_VIEWS) --epochs $(ACDC_EPOCHS) $(SEEN) $< | \
	ssl-pretrain -s $(SEED) --arch $(ARCH) $(ACDC_SSL) $(COMPUTING) $(RESUMED) --history $(@:.safetensors=.tsv) -o $@

$(eval $(call arm,acdc-ssl,$(OUT)/encoders/acdc-ssl.safetensors))
