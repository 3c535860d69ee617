/* set_kernel.h - the table of one kind of processor, after the headers that define what stands in it */
const struct cpu SET = {
	.name = SET_NAME,
	.mr = MR,
	.nr = NR,
	.rows = rows,
	.far_rows = far_rows,
	.outer = outer,
	.winograd_input = winograd_input,
	.winograd_output = winograd_output,
	.winograd_gradient = winograd_gradient,
	.winograd_weights = winograd_weights,
	.winograd_dweights = winograd_dweights,
};
