# Phantoms, ResNet-18, small images: every step of the real thing in minutes on two cores.

PHANTOM_CINE  = --patients 14 --matrix 96,128 --slices 6,8 --frames 8,10
PHANTOM_SCENE = --classes 8 --per-class 40 --size 96

ARCH         = resnet18
NATURAL_SIZE = 64

NATURAL_CLASSIFY_VIEWS = --epochs 12 --scale 0.25,1
NATURAL_CLASSIFY       = --batch 32 --lr 0.05 --warmup 1

NATURAL_SSL_VIEWS = --epochs 4
NATURAL_SSL       = --batch 32 --warmup 1 --proj-hidden 1024 --pred-hidden 1024

ACDC_VIEWS       = --size 64
ACDC_EPOCHS      = 4
ACDC_EPOCHS_MORE = 1
ACDC_SSL         = --batch 32 --warmup 0.5 --proj-hidden 1024 --pred-hidden 1024

FINETUNE_VIEWS = --size 96 --epochs 16 --scale 0.4,1
FINETUNE       = --batch 16 --lr 1e-3 --warmup 2

OVERLAYS = --limit 48

# Two seeds, so that curves have bands; few points, so that a study takes minutes
STUDY_SEEDS         ?= 1 2
PRETRAIN_LENGTHS    ?= 0 1 3
EFFICIENCY_ARMS     ?= random acdc-ssl
EFFICIENCY_RATIOS   ?= 0.02 0.2 1
EFFICIENCY_PATIENTS ?= 1 4
NORMALIZATION_ARMS  ?= random acdc-ssl
