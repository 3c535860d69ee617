# How long pretraining on the target data must be.
section_length() {
	section length "Length of pretraining"
	not_run study-pretrain-length
}
