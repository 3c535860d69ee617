# How many labels are needed.
section_labels() {
	section labels "Labels needed"
	not_run study-data-efficiency
}
