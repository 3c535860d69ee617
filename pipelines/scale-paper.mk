# Every number of the paper: ResNet-50, 224 pixels, BYOL for 300 epochs of natural images in batches of 128 and for 400
# (or 25 more) of ACDC, fine-tuning for 150 in batches of 192. Where the paper takes a classifier's weights from
# elsewhere, the usual recipe that makes them: 90 epochs in batches of 256. Days to weeks on a CPU.

ARCH         = resnet50
NATURAL_SIZE = 224

NATURAL_CLASSIFY_VIEWS = --epochs 90
NATURAL_CLASSIFY       = --batch 256 --lr 0.1 --momentum 0.9 --weight-decay 1e-4 --smoothing 0.1 --warmup 5

NATURAL_SSL_VIEWS = --epochs 300
NATURAL_SSL       = --batch 128 --optimizer lars --warmup 10 --tau 0.99

ACDC_VIEWS       = --size 224 --normalize dataset
ACDC_EPOCHS      = 400
ACDC_EPOCHS_MORE = 25
ACDC_SSL         = --batch 128 --optimizer lars --warmup 10 --tau 0.99

FINETUNE_VIEWS = --size 224 --epochs 150 --normalize dataset
FINETUNE       = --batch 192 --optimizer adam --lr 1e-4 --warmup 10 --warmup-lr 1e-6 --loss jaccard --clip 5

OVERLAYS = --limit 400

STUDY_SEEDS         ?= 0 13 42 123 1111 77 62 91 7 5
PRETRAIN_LENGTHS    ?= 0 1 2 3 4 5 6 7 8 9 10 12 14 16 18 20 22 24 25 50 100 200 300 400
EFFICIENCY_ARMS     ?= $(ARMS)
EFFICIENCY_RATIOS   ?= 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1
EFFICIENCY_PATIENTS ?= 1 2 4 8 16 32 64
NORMALIZATION_ARMS  ?= random imagenet-supervised imagenet-ssl-acdc-ssl
