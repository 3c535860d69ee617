# make bench        times every row, against PyTorch where it is installed: see tests/bench/README.md
# make deps-bench   installs PyTorch (Debian); deps-bench-onnx ONNX Runtime (npm)

BENCH      := $(BUILD)/bench/step $(BUILD)/bench/command
BENCH_DEBS = python3-torch python3-torchvision

.PHONY: bench deps-bench deps-bench-onnx
bench: all $(BENCH) $(HELP)
	BUILD=$(BUILD) tests/bench/run $(ROWS)

deps-bench:
	config/deps $(BENCH_DEBS)

# Without its script, which would load libraries for other processors
deps-bench-onnx:
	npm install --ignore-scripts --no-audit --no-fund --prefix $(BUILD)/bench onnxruntime-node@1.30.0

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/tests/bench/racer.o $(BUILD)/libsegpipe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

-include $(BUILD)/tests/bench/*.d
