# Real data, ResNet-18, crops of 128 pixels: about an hour an arm on two cores.

ARCH         = resnet18
NATURAL_SIZE = 64
IMG2TEN      = --per-class 100

NATURAL_CLASSIFY_VIEWS = --epochs 10 --scale 0.25,1
NATURAL_CLASSIFY       = --batch 64 --lr 0.05 --warmup 1

NATURAL_SSL_VIEWS = --epochs 3
NATURAL_SSL       = --batch 64 --warmup 1

ACDC_VIEWS       = --size 128
ACDC_EPOCHS      = 8
ACDC_EPOCHS_MORE = 4
ACDC_SSL         = --batch 64 --warmup 1

# Crops of 0.15 to 0.6 of a slice show the heart at 0.7 to 1.4 times its size: validation is on whole slices
FINETUNE_VIEWS = --size 128 --epochs 12 --scale 0.15,0.6
FINETUNE       = --batch 32 --lr 5e-4 --warmup 1 --warmup-lr 5e-5

OVERLAYS = --limit 200

STUDY_SEEDS         ?= 1 2
PRETRAIN_LENGTHS    ?= 0 1 2 4 8
EFFICIENCY_ARMS     ?= random imagenet-supervised acdc-ssl
EFFICIENCY_RATIOS   ?= 0.005 0.05 0.2 1
EFFICIENCY_PATIENTS ?= 3 10 30
NORMALIZATION_ARMS  ?= random acdc-ssl
