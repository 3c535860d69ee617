# No pretraining: the U-Net begins with random weights (the paper's baseline).

$(eval $(call arm,random))
