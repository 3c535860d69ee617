#!/usr/bin/python3
"""image.py - golden figures for lib/image from Pillow and torchvision, and small streams for the tests

Writes image.safetensors (for tests/unit/image.c) and slices.ten, colours.ten (for tests/augment.bats) beside itself.
Greyscale in torchvision's functions is replaced by the weights .299 .587 .114, whose sum is 1 (its own sum to
.9999).
"""
import json
import os
import struct
import zlib

import numpy as np
import torch
import torchvision.transforms.functional_tensor as F
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = {"uint8": "U8", "int16": "I16", "float32": "F32", "int64": "I64"}


def grey(img, num_output_channels=1):
    r, g, b = img.unbind(-3)
    return (0.299 * r + 0.587 * g + 0.114 * b).unsqueeze(-3)


F.rgb_to_grayscale = grey


def record(tensors, meta, at):
    head, data = {"__metadata__": meta}, b""
    for k in sorted(tensors, key=lambda k: (-tensors[k].itemsize, k)):
        b = np.ascontiguousarray(tensors[k]).tobytes()
        head[k] = {"dtype": NAMES[str(tensors[k].dtype)], "shape": list(tensors[k].shape),
                   "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    if "seq" in meta:
        meta["crc32"] = "%08x" % zlib.crc32(data)
    text = json.dumps(head, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-(at + 8 + len(text)) % 64)
    return struct.pack("<Q", len(text)) + text + data


def write_stream(name, records):
    out = b""
    for i, (tensors, meta) in enumerate(records):
        meta = dict(meta, seq=str(i))
        if i == len(records) - 1:
            meta["eos"] = "1"
        out += record(tensors, meta, len(out))
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(out)


def smooth(rng, c, h, w):
    """Blobs and some noise, 0..255."""
    x = rng.standard_normal((c, h, w))
    f = np.fft.rfft2(x) / (1 + 40 * (np.fft.fftfreq(h)[:, None] ** 2 + np.fft.rfftfreq(w)[None] ** 2) * h)
    x = np.fft.irfft2(f, (h, w))
    lo, hi = x.min(), x.max()
    return (255 * (x - lo) / (hi - lo)).astype(np.float32)


def resized(image, box, size, how):
    """crop, then resize, each channel as a PIL image of floats"""
    x, y, w, h = box
    return np.stack([np.asarray(Image.fromarray(c, "F").crop((x, y, x + w, y + h)).resize(size, how))
                     for c in image])


def view(a, box):
    """A view of byol-natural as tests/unit/augment.c draws it by hand: every step, colours in an order of their own."""
    t = torch.from_numpy(resized(a, box, (20, 20), Image.BICUBIC) / 255).clamp(0, 1)
    t = F.adjust_brightness(F.adjust_saturation(F.adjust_contrast(F.adjust_hue(t, 0.05), 1.3), 0.8), 1.2)
    t = F.gaussian_blur(t, [3, 3], [1.1, 1.1])
    t = 255 * F.solarize(t, 0.5).flip(-1).numpy()
    mean, std = a.mean((1, 2), keepdims=True, dtype=float), a.std((1, 2), keepdims=True, dtype=float)
    return ((t - mean) / std).astype(np.float32)


def golden():
    rng = np.random.default_rng(5)
    a = smooth(rng, 3, 37, 53)
    m = rng.integers(0, 4, (37, 53)).astype(np.uint8)
    s = smooth(rng, 3, 16, 19)
    s[:, 0, :3] = [[7, 200, 9], [7, 100, 9], [7, 200, 80]]  # grey, and ties for the greatest channel
    t = torch.from_numpy(s / 255)
    b = smooth(rng, 2, 24, 31)
    box = (5, 3, 41, 30)
    tiny = (50, 30, 2, 7)
    out = {"source": a, "mask": m, "small": s, "blur": b}
    for name, how in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
        out[name + ".down"] = resized(a, box, (13, 11), how)
        out[name + ".up"] = resized(a[:1], box, (64, 56), how)
        out[name + ".same"] = resized(a[:1], box, (41, 30), how)
        out[name + ".tiny"] = resized(a[:1], tiny, (9, 3), how)
    x, y, w, h = box
    for name, size in (("nearest.down", (14, 12)), ("nearest.up", (63, 50))):  # no pixel centre on an edge
        out[name] = np.asarray(Image.fromarray(m).crop((x, y, x + w, y + h)).resize(size, Image.NEAREST))
    for name, img in (("brightness", F.adjust_brightness(t, 0.7)), ("contrast", F.adjust_contrast(t, 0.6)),
                      ("contrast.grey", F.adjust_contrast(t[:1], 0.6)),
                      ("saturation", F.adjust_saturation(t, 0.4)), ("hue.plus", F.adjust_hue(t, 0.1)),
                      ("hue.minus", F.adjust_hue(t, -0.37)), ("grey", grey(t).expand(3, -1, -1)),
                      ("solarize", F.solarize(t, 0.5))):
        out[name] = 255 * img.numpy()
    for name, radius, sigma in (("blur.0.7", 3, 0.7), ("blur.2", 5, 2.0)):
        k = 2 * radius + 1
        out[name] = F.gaussian_blur(torch.from_numpy(b).double(), [k, k], [sigma, sigma]).float().numpy()
    out["view"] = view(a, box)
    with open(os.path.join(HERE, "image.safetensors"), "wb") as f:
        f.write(record({k: np.asarray(v) for k, v in out.items()}, {}, 0))


def streams():
    """Twelve slices with masks in three records of different sizes, and eight colour images with labels."""
    rng = np.random.default_rng(7)
    records = []
    for i, (n, h, w) in enumerate(((5, 40, 34), (3, 32, 45), (4, 37, 37))):
        x = np.stack([smooth(rng, 1, h, w) for _ in range(n)])
        mask = np.clip(x[:, 0] // 64, 0, 3).astype(np.uint8)
        records.append(({"image": (4 * x).astype(np.int16), "mask": mask},
                        {"patient": "patient%03d" % (i + 1), "frame": "1", "slice": "0", "slices": str(n),
                         "spacing": "1.5 1.5 8"}))
    write_stream("slices.ten", records)
    records = []
    for i in range(8):
        x = smooth(rng, 3, 20 + i, 30 - i).astype(np.uint8)[None]
        records.append(({"image": x, "label": np.array([i % 3])},
                        {"file": "%d.png" % i, "class": "abc"[i % 3], "epoch": str(i // 4), "epochs": "2",
                         "samples": "4", "first": str(i % 4)}))
    write_stream("colours.ten", records)


golden()
streams()
