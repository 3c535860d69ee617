# How much of it is the normalisation.
section_normalization() {
	section normalization "Normalisation"
	not_run study-normalization
}
