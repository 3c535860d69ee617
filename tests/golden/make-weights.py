#!/usr/bin/python3
"""Writes weights.tsv: per weights file that the helpers make, its number of trained parameters and the crc32 of its
data section, from the PyTorch networks' own names and shapes."""
import os
import zlib

from formula import weight
from networks import Byol, Unet, encoder, parameters

HERE = os.path.dirname(os.path.abspath(__file__))

FILES = [
    ("resnet18-encoder-1", encoder("resnet18", 1)),
    ("resnet18-encoder-3", encoder("resnet18", 3)),
    ("resnet34-encoder-1", encoder("resnet34", 1)),
    ("resnet50-encoder-1", encoder("resnet50", 1)),
    ("resnet50-encoder-3", encoder("resnet50", 3)),
    ("resnet18-state-1", Byol("resnet18", 1, 64, 64)),
    ("resnet50-state-1", Byol("resnet50", 1, 4096, 8192)),
    ("resnet18-unet-1", Unet("resnet18", 1, 4)),
    ("resnet50-unet-1", Unet("resnet50", 1, 4)),
]

assert parameters(FILES[3][1]) == 23501760 and parameters(FILES[4][1]) == 23508032
assert parameters(FILES[6][1].projector) == 9449728 and parameters(FILES[6][1].predictor) == 4219136
assert parameters(FILES[8][1]) == 32515268 and parameters(FILES[8][1].decoder) == 9012928

with open(os.path.join(HERE, "weights.tsv"), "w") as out:
    print("file\ttensors\tparameters\tcrc32", file=out)
    for name, net in FILES:
        shapes = {Byol.name(k) if "state" in name else k: tuple(v.shape) for k, v in net.state_dict().items()}
        crc = 0
        for key in sorted(shapes, key=lambda k: (not k.endswith("num_batches_tracked"), k)):
            crc = zlib.crc32(weight(key, shapes[key]).tobytes(), crc)
        print("%s\t%d\t%d\t%08x" % (name, len(shapes), parameters(net), crc), file=out, flush=True)
