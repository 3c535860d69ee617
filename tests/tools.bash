# Every tool at work, for tests that go through all of them: they take their rows from here and fail for a tool, or an
# output of one, that has none.

# Words of a row: @NAME is an input that inputs() makes, %NAME a file to be written, %%NAME a folder.
commands=(
	'ten-cat @images -o %out'
	'ten-cmp -v @images @images -o %out'
	'ten-info @images -o %out'
	'ten-info --tsv --stats @images -o %out'
	'ten-resample --spacing 2,2 @spaced -o %out'
	'ten-select --range 0,2 @images -o %out'
	'ten-select --shuffle @images -o %out'
	'ten-stats @images -o %out'
	'ten2tif @images -o %out'
	'seg-eval --classes 4 --cardiac 1,2,3 @predicted -o %out --slices %slices --volumes %volumes --worst %worst --confusion %confusion --patients %patients --agreement %agreement --choose-postprocessing %choice'
	'seg-eval @mask.nii @mask.nii -o %out'
	'seg-eval --spacing 1,1 @masked @masked -o %out'
	'seg-report --names a,b,c,d,e --replicates 10 @reported -o %out'
	'seg-report --names a,b,c,d,e,f,g,h,i,j --replicates 10 @image.nii @mask.nii @mask.nii -o %out'
	'ssl-augment --views 1 --size 32 @segmented -o %out'
	'ssl-augment --size 32 @images -o %out'
	'ssl-pretrain --arch resnet18 --batch 2 --proj-hidden 8 --pred-hidden 8 @views -o %out --state %state --history %history'
	'seg-finetune --arch resnet18 --batch 2 @segmented --val @segmented -o %out --last %last --history %history --steps %steps'
	'cls-pretrain --arch resnet18 --batch 2 --classes 2 @labelled --val @labelled -o %out --state %state --history %history --steps %steps'
	'seg-predict --model @model.w @images -o %out'
	'seg-predict --model @model.w @image.nii -o %out'
	'seg-predict --model @model.w --probabilities --entropy @pictures -o %%out'
	'seg-predict --model @model.w --model @model.w --flip x --probabilities --entropy --postprocess @choice.tsv @images -o %out'
	'ssl-embed --weights @encoder.w @images -o %out'
	'ssl-embed --weights @encoder.w --neighbours 1 @images -o %out'
	'weights-import @encoder.w -o %out'
	'weights-import @checkpoint.pth -o %out'
	'weights-export @encoder.w -o %out'
	'nii2ten --acdc @acdc -o %out'
	'nii2ten @image.nii --mask @mask.nii -o %out'
	'nii2ten --split all @set -o %out'
	'dataset-check @acdc -o %out'
	'dataset-check @set -o %out'
	'img2ten @pictures -o %out'
	'img2ten --list @list -o %out'
	'img2ten --names a,b,c,d,e,f --ignore 9 @masked -o %out'
	'dataset-check @masked -o %out'
	'ssl-augment --views 1 --size 32 --normalize dataset --stats @stats.tsv @segmented -o %out'
	'ssl-pretrain --batch 2 --init @state.w @views -o %out'
	'seg-finetune --batch 2 --encoder @encoder.w @segmented -o %out'
	'seg-finetune --batch 2 --init @model.w @segmented -o %out'
	'cls-pretrain --batch 2 --classes 2 --init @encoder.w @labelled -o %out'
	'exp-compare @scores -o %out --tests %tests'
	'exp-compare a=@volumes b=@volumes -o %out'
	'exp-converge --replicates 10 a=@history.tsv b=@history.tsv --reference a -o %out --runs %runs --curves %curves'
	'phantom-cine --patients 1 --matrix 48,48 --slices 2,2 --frames 4,4 --no-cine -o %%out'
	'phantom-cine --patients 2 --matrix 48,48 --slices 2,2 --table --masks 1 -o %%out'
	'phantom-scene --classes 1 --per-class 2 --size 16 -o %%out'
)

# Which inputs are streams
streams=' images segmented views labelled predicted reported spaced '

# inputs DIR: makes there what the rows read
inputs() {
	local golden=$ROOT/tests/golden p
	make-stream --kind images --samples 2 --chunk 1 --height 32 --width 32 -o "$1/images"
	make-stream --kind segmented --samples 2 --chunk 1 --height 32 --width 32 -o "$1/segmented"
	make-stream --kind views --samples 2 --chunk 1 --width 32 -o "$1/views"
	make-stream --kind labelled --samples 2 --chunk 1 --height 32 --width 32 --classes 2 -o "$1/labelled"
	ten-cat -q "$golden/overlap.ten" -o "$1/predicted" # with checksums
	sed 's/"mask"/"pred"/' "$1/segmented" >"$1/reported"
	ten-select --range 4,6 "$golden/slices.ten" -o "$1/spaced"
	make-weights --arch resnet18 --kind unet -o "$1/model.w"
	make-weights --arch resnet18 -o "$1/encoder.w"
	make-weights --arch resnet18 --kind state --proj-hidden 8 --pred-hidden 8 -o "$1/state.w"
	cp "$golden/checkpoint.pth" "$1/checkpoint.pth"
	gzip -dc "$golden/nifti/frame.nii.gz" >"$1/image.nii"
	gzip -dc "$golden/nifti/labels.nii.gz" >"$1/mask.nii"
	p=$1/acdc/patient003/patient003
	mkdir -p "${p%/*}"
	cp "$golden/nifti/frame.nii.gz" "${p}_frame02.nii.gz"
	cp "$golden/nifti/labels.nii.gz" "${p}_frame02_gt.nii.gz"
	printf 'ED: 2\nES: 4\nGroup: DCM\n' >"${p%/*}/Info.cfg"
	mkdir -p "$1/set/"{imagesTr,labelsTr}
	cp "$golden/nifti/frame.nii.gz" "$1/set/imagesTr/a_0000.nii.gz"
	cp "$golden/nifti/labels.nii.gz" "$1/set/labelsTr/a.nii.gz"
	printf '{"channel_names":{"0":"MRI"},"labels":{"background":0,"RV":1,"MYO":2,"LV":3},"numTraining":1,"file_ending":".nii.gz"}' \
		>"$1/set/dataset.json"
	mkdir "$1/pictures"
	cp "$golden/pictures/"{rgb.png,colour.jpg,zipped.tif} "$1/pictures"
	printf '%s\n' "$1/pictures/"* >"$1/list"
	mkdir "$1/masked"
	cp "$golden/pictures/rgb.png" "$1/masked/a.png"
	cp "$golden/pictures/palette.tif" "$1/masked/a_gt.tif"
	ten-stats -q "$1/segmented" -o "$1/stats.tsv"
	printf 'arm\tseed\tdice\na\t1\t.5\na\t2\t.6\nb\t1\t.4\nb\t2\t.7\n' >"$1/scores"
	printf 'patient\tframe\tclass\tdice\np\t1\t1\t.5\np\t2\t1\tnan\n' >"$1/volumes"
	printf 'class\tname\tkeep_largest\n1\tRV\t1\n' >"$1/choice.tsv"
	printf 'epoch\tdice_mean\n0\t.1\n1\t.5\n2\t.6\n' >"$1/history.tsv"
}

# fill ROW IN OUT: the words of a row, in the array `words`, with inputs from the folder IN and outputs in OUT
fill() {
	local word
	words=()
	for word in $1; do
		case $word in
		*@*) words+=("${word/@/$2/}") ;;
		%*) words+=("$3/${word##*%}") ;;
		*) words+=("$word") ;;
		esac
	done
	case $1 in
	ten-info* | ten-cmp*) ;; # print nothing then
	*) words+=(-q) ;;
	esac
}

# The long names of the options that name files to be written; and of those that name what is to be read. Neither names
# checkpoints, which are both and have tests of their own.
writes() {
	"$1" -h | sed -z 's/\n \{28\}/  /g' | sed -En 's/^  (-.,|   ) --([a-z-]+) FILE +.*write.*/\2/p'
}
reads() {
	"$1" -h | sed -z 's/\n \{28\}/  /g' | sed -En '/write|--checkpoint|--resume/d; s/^  (-.,|   ) --([a-z-]+) (FILE|DIR) +.*/\2/p'
}
