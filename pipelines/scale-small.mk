# Real data, ResNet-18, crops of 128 pixels: about an hour an arm on two cores.

IMG2TEN       = --per-class 100
NATURAL_VIEWS = --size 64 --epochs 3 --normalize dataset
NATURAL_SSL   = --arch resnet18 --batch 64 --warmup 1

# Crops of 0.15 to 0.6 of a slice show the heart at 0.7 to 1.4 times its size: validation is on whole slices
FINETUNE_VIEWS = --size 128 --epochs 12 --scale 0.15,0.6
FINETUNE       = --batch 32 --lr 5e-4 --warmup 1 --warmup-lr 5e-5

OVERLAYS = --limit 200
