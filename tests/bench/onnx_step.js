// ONNX Runtime's side of the benchmark: a network that torch_step.py exported, fed with noise.
//
//   node onnx_step.js MODEL BATCH SIZE THREADS
//
// Prints as torch_step.py does. The package onnxruntime-node is looked for where NODE_PATH says.
"use strict";

const readline = require("readline");
const ort = require("onnxruntime-node");

const CHANNELS = 3, WARMUP = 2;
const [model, batch, size, threads] = process.argv.slice(2).map((a, i) => (i ? Number(a) : a));

function noise() {
	const x = new Float32Array(batch * CHANNELS * size * size);

	return new ort.Tensor("float32", x.map(() => (Math.random() * 2 - 1) * 1.7), [batch, CHANNELS, size, size]);
}

async function main() {
	const session = await ort.InferenceSession.create(model, {
		intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential", graphOptimizationLevel: "all",
	});
	const feeds = { images: noise() };

	for (let i = 0; i < WARMUP; i++)
		await session.run(feeds);
	console.log("ready");
	for await (const _ of readline.createInterface({ input: process.stdin })) {
		const start = process.hrtime.bigint();

		await session.run(feeds);
		console.log((Number(process.hrtime.bigint() - start) / 1e9).toFixed(6));
	}
	console.log("peak " + Math.round(process.resourceUsage().maxRSS / 1024));
}

main().catch((e) => {
	console.error(e.message);
	process.exit(1);
});
