# DICOM by way of dcm2niix: a series as a scanner sends it, to a volume, to a segmentation that lies on it
load lib
load dicom

# voxel FILE I J K T: the value there, of a plain NIfTI-1 file of uint16, and where its sform puts it: x y z in mm
voxel() {
	local dims at
	read -ra dims < <(od -An -td2 -j42 -N8 "$1")
	at=$((352 + 2 * ($2 + dims[0] * ($3 + dims[1] * ($4 + dims[2] * $5)))))
	od -An -v -w16 -tf4 -j280 -N48 "$1" | awk -v i="$2" -v j="$3" -v k="$4" -v "v=$(od -An -tu2 -j$at -N2 "$1")" '
		{ p = p sprintf(" %.2f", $1 * i + $2 * j + $3 * k + $4) }
		END { print v + 0 p }'
}

# pixel VALUE: where the scanner had that pixel, as voxel says it. DICOM counts x to the left and y to the back, NIfTI to
# the right and the front.
pixel() {
	awk -v v="$1" 'BEGIN {
		x = 1.5 * (v % 32); y = 1.25 * (int(v / 32) % 32); z = 10 * (int(v / 1024) % 8)
		printf "%d %.2f %.2f %.2f\n", v, 30.5 + 0.48 * z - 0.8 * x + 0.36 * y, -12.25 - 0.64 * z - 0.6 * x - 0.48 * y,
			45 + 0.6 * z - 0.8 * y }'
}

# lies_right FILE FRAMES: every corner of every frame is where its value says it was
lies_right() {
	local i j k t found seen=' '
	for ((t = 0; t < $2; t++)); do
		for k in 0 5; do
			for j in 0 19; do
				for i in 0 23; do
					found=$(voxel "$1" $i $j $k $t)
					[ "$found" = "$(pixel "${found%% *}")" ] || { echo "voxel $i $j $k $t: $found"; return 1; }
					[ $((${found%% *} >> 13)) = "$t" ] || { echo "voxel $i $j $k is not of frame $t"; return 1; }
					[[ $seen != *" ${found%% *} "* ]] || { echo "twice: $found"; return 1; }
					seen+="${found%% *} "
				done
			done
		done
	done
}

@test "a DICOM series becomes a volume whose voxels lie where the scanner had them" {
	need_converter
	convert study
	lies_right "$T/study.nii" 1
	nii2ten -q "$T/study.nii" -o "$T/study.ten"
	ten-info "$T/study.ten" >"$T/info"
	grep -q "image U16 \[6,1,20,24\].*spacing='1.5 1.25 10'" "$T/info"
}

@test "phases of a heartbeat become a cine" {
	need_converter
	convert cine --frames 3
	lies_right "$T/cine.nii" 3
	nii2ten -qu "$T/cine.nii" -o "$T/cine.ten"
	[ "$(ten-info --tsv "$T/cine.ten" | grep -c image)" = 3 ]
}

@test "a segmentation of it lies where the scanner had the images" {
	local from n
	need_converter
	make-weights --arch resnet18 --kind unet --normalize image -o "$T/model"
	convert study
	convert cine --frames 3
	for n in study cine; do
		seg-predict -q -m "$T/model" -o "$T/${n}_seg.nii" "$T/$n.nii"
		# dim, pixdim, units, and all that says where voxels are: qform, sform and their codes
		for from in 40,16 76,32 123,1 252,76; do
			cmp <(tail -c +$((${from%,*} + 1)) "$T/$n.nii" | head -c "${from#*,}") \
				<(tail -c +$((${from%,*} + 1)) "$T/${n}_seg.nii" | head -c "${from#*,}")
		done
		[ "$(od -An -td2 -j70 -N4 "$T/${n}_seg.nii" | tr -s ' ')" = " 2 8" ] # bytes
	done
}
