# make report: what has finished below $(OUT) on one page, $(OUT)/report.html, and the tables behind it, $(OUT)/report.
# After whatever else the same command makes.

# What the page says a command needs, beside its goal, to make what is missing
AS_HERE := $(strip $(foreach v,SCALE OUT ACDC NATURAL IMAGENET_WEIGHTS BYOL_WEIGHTS ARCH PRECISION SEEDS EVAL,\
	$(if $(filter command% environment%,$(origin $v)),$v=$(if $(word 2,$($v)),'$($v)',$($v)))))

.PHONY: report
report: | $(BIN) $(filter-out report,$(filter experiment% study%,$(MAKECMDGOALS)))
	SCALE='$(SCALE)' EVAL='$(EVAL)' GIVEN="$(AS_HERE)" pipelines/report/page $(OUT)
