#!/usr/bin/python3
"""Writes keys-*.tsv: name, type and shape of every tensor in the state dictionary of networks that weights-export writes
for: torchvision's ResNets without their classifier (timm's with num_classes=0 have the same), and U-Nets with
segmentation_models.pytorch's names. What a strict load_state_dict wants is exactly this list."""
import os

import torch

from networks import Unet, encoder

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {torch.float32: "F32", torch.int64: "I64"}

for arch in ("resnet18", "resnet34", "resnet50"):
    for kind, net in (("encoder", encoder(arch, 3)), ("unet", Unet(arch, 1, 4))):
        with open(os.path.join(HERE, "keys-%s-%s.tsv" % (arch, kind)), "w") as out:
            for name, t in sorted(net.state_dict().items()):
                print("%s\t%s\t[%s]" % (name, TYPES[t.dtype], ",".join(map(str, t.shape))), file=out)
