# DICOM by way of dcm2niix

need_converter() {
	command -v dcm2niix >/dev/null || skip "dcm2niix is not installed (make deps)"
}

# convert NAME [OPTION ...]: a series made so, converted to $T/NAME.nii
convert() {
	local name=$1
	shift
	make-dicom "$@" -o "$T/dicom-$name"
	dcm2niix -z n -b n -f "$name" -o "$T" "$T/dicom-$name" >"$T/log" || { cat "$T/log"; return 1; }
}
