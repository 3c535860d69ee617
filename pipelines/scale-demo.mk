# Phantoms, ResNet-18, small images: every step of the real thing in minutes on two cores.

PHANTOM_CINE  = --patients 14 --matrix 96,128 --slices 6,8 --no-cine
PHANTOM_SCENE = --classes 8 --per-class 40 --size 96

NATURAL_VIEWS = --size 64 --epochs 4 --normalize dataset
NATURAL_SSL   = --arch resnet18 --batch 32 --warmup 1 --proj-hidden 1024 --pred-hidden 1024

FINETUNE_VIEWS = --size 96 --epochs 16 --scale 0.4,1
FINETUNE       = --batch 16 --lr 1e-3 --warmup 2

OVERLAYS = --limit 48
