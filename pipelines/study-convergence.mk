# How many epochs of fine-tuning each arm takes, and how much faster it is than random weights and than a classifier of
# natural images. The runs are those of the arms, with several seeds.

study-convergence-rows = $(call rows,convergence,$(ARMS))
$(foreach a,$(ARMS),$(eval $(call row,convergence,$a,$(OUT)/$a,arm=$a)))

define study-convergence-recipe
	$(call converge,convergence,arm)
endef
$(eval $(call study,convergence))
