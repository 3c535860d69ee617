# Every number of the paper: ResNet-50, 224 pixels, batch 128 and 192, 300 and 150 epochs. Days to weeks on a CPU.

NATURAL_VIEWS = --size 224 --epochs 300 --normalize dataset
NATURAL_SSL   = --arch resnet50 --batch 128 --optimizer lars --warmup 10 --tau 0.99

FINETUNE_VIEWS = --size 224 --epochs 150 --normalize dataset
FINETUNE       = --batch 192 --optimizer adam --lr 1e-4 --warmup 10 --warmup-lr 1e-6 --loss jaccard --clip 5

OVERLAYS = --limit 400
