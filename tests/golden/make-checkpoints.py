#!/usr/bin/python3
"""Writes checkpoint.pth and checkpoint-legacy.pth by torch.save, and features-checkpoint*.safetensors: what PyTorch computes
from the ResNet-18s in them.

All convolutions are views of one small storage with overlapping strides, and a batch norm has the same statistics for
all its channels, so files stay small; torch.save keeps views as they are. The same tensors stand under the names that other packages give them:

    state_dict              backbone.* (online), momentum_backbone.* (target), projector.*: a Lightning checkpoint's
    named/<prefix>          the target's with that prefix, and a classifier
    named/numbered          as children 0, 1, 4 ... 7 of an nn.Sequential
    named/hugging-face      as in Hugging Face's ResNetForImageClassification
    types                   half, bfloat16 and double precision in turns, dimensions permuted in memory
"""
import argparse
import collections
import os
import pathlib

import numpy as np
import torch

from formula import image, save, words
from measure import HERE
from networks import encoder

SEED, SIDE = 21, 64
PREFIXES = ["module.", "target_backbone.", "encoder.", "encoder.model."]

POOL = torch.from_numpy(((words("checkpoint", 0, 0, 8704) >> np.uint32(8)).astype(np.float32) * np.float32(2.0 ** -23) - 1))


HALF = POOL[:2048] * 0.25 + 0.75  # [0.5,1): weights of batch norms


def images(n):
    return torch.stack([torch.from_numpy(image(SEED, i, 3, SIDE, SIDE)) for i in range(n)])


def build(offset):
    """A ResNet-18 whose convolutions are views of POOL and whose statistics are near those of eight images."""
    net = encoder("resnet18", 3)
    k = offset
    for name, p in net.named_parameters():
        if p.dim() == 4:
            p.data = POOL.as_strided(p.shape, (13, 3, 2, 1), k % 400)
            k += 37
        elif name.endswith("weight"):
            p.data = HALF.as_strided(p.shape, (2,), k % 400)
            k += 37
        else:
            p.data = POOL.as_strided(p.shape, (3,), k % 400)
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.momentum = None
    net.train()
    with torch.no_grad():
        net(images(8))
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_mean = m.running_mean.mean().expand(m.num_features)
            m.running_var = m.running_var.mean().expand(m.num_features)
    return net.eval()


def features(net, state):
    """Of three images, in double precision"""
    net.load_state_dict({k: v.to(net.state_dict()[k].dtype) for k, v in state.items()})
    with torch.no_grad():
        return net.double()(images(3).double()).float().numpy()


def hugging_face(name):
    part, rest = name.split(".", 1)
    if not part.startswith("layer"):
        return "resnet.embedder.embedder.%s.%s" % ("convolution" if part == "conv1" else "normalization", rest)
    block, module, rest = rest.split(".", 2)
    head = "resnet.encoder.stages.%d.layers.%s." % (int(part[5]) - 1, block)
    if module == "downsample":
        which, rest = rest.split(".", 1)
        return head + "shortcut.%s.%s" % (("convolution", "normalization")[int(which)], rest)
    kind = "convolution" if module.startswith("conv") else "normalization"
    return head + "layer.%d.%s.%s" % (int(module[-1]) - 1, kind, rest)


def numbered(name):
    part, rest = name.split(".", 1)
    return "%d.%s" % ({"conv1": 0, "bn1": 1, "layer1": 4, "layer2": 5, "layer3": 6, "layer4": 7}[part], rest)


def in_turns(state):
    """Other types, and another order of dimensions in memory, where tensors are small enough to have one of their own"""
    kinds, out = [torch.float16, torch.bfloat16, torch.float64], collections.OrderedDict()
    for i, (k, v) in enumerate(state.items()):
        if v.dim() == 4 and v.numel() < 10000:
            v = v.permute(3, 1, 0, 2).contiguous().to(kinds[i % 3]).permute(2, 1, 3, 0)
        elif v.dim() == 1 and v.numel() <= 128:
            v = v.to(kinds[i % 3])
        out[k] = v
    return out


def renamed(state, name):
    return collections.OrderedDict((name(k), v) for k, v in state.items())


online, target = build(0), build(211)
a, b = online.state_dict(), target.state_dict()
fc = {"fc.weight": POOL.as_strided((1000, 512), (0, 1)), "fc.bias": POOL.as_strided((1000,), (0,))}
named = {p: renamed({**b, **fc}, lambda k, p=p: p + k) for p in PREFIXES}
named["numbered"] = renamed(b, numbered)
named["hugging-face"] = {**renamed(b, hugging_face), "classifier.1.weight": fc["fc.weight"], "classifier.1.bias": fc["fc.bias"]}
types = in_turns(b)
state = renamed(a, "backbone.".__add__)
state.update(renamed(b, "momentum_backbone.".__add__))
state["projector.0.weight"] = POOL.as_strided((64, 512), (0, 1))
state._metadata = {"": {"version": 1}}
checkpoint = {
    "epoch": 3, "global_step": 2 ** 40, "pytorch-lightning_version": "1.6.4", "loss": 0.5, "best": None, "done": True,
    "state_dict": state, "named": named, "types": types,
    "hyper_parameters": argparse.Namespace(lr=0.3, folder=pathlib.PosixPath("data"), seed=np.int64(5)),
    "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.25), "seen": {1, 2}}},
    "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"params": [0, 1]}]}],
    "history": np.arange(3), "counts": collections.Counter("abc"),
}
for name, zipped in (("checkpoint.pth", True), ("checkpoint-legacy.pth", False)):
    path = os.path.join(HERE, name)
    torch.save(checkpoint, path, _use_new_zipfile_serialization=zipped)
    print(name, os.path.getsize(path))
for name, net in (("target", b), ("online", a), ("types", types)):
    f = features(encoder("resnet18", 3).eval(), net)
    save(os.path.join(HERE, "features-checkpoint-%s.safetensors" % name), {"features": f})
    print("%-7s mean %.4g deviation %.4g zeros %.2f" % (name, f.mean(), f.std(), (f == 0).mean()))
