"""formula.py - weights and streams by formula, the same bits as tests/helpers make them in C

One source of numbers: word(name, seed, sample, i) is word i % 4 of the Philox4x32-10 block with the key
(crc32(name), seed) and the counter (i / 4, sample, 0, 0). What is made of it is whole numbers times powers of
two, so no rounding ever happens and both sides agree to the last bit.
"""
import json
import math
import struct
import zlib

import numpy as np


def words(name, seed, sample, n):
    """word(name, seed, sample, 0..n-1) as uint32"""
    m0, m1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    blocks = (n + 3) // 4
    c0 = np.arange(blocks, dtype=np.uint64)
    c1 = np.full(blocks, sample, np.uint64)
    c2 = np.zeros(blocks, np.uint64)
    c3 = np.zeros(blocks, np.uint64)
    k0, k1 = zlib.crc32(name.encode()), seed
    for _ in range(10):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = ((p1 >> high) ^ c1 ^ np.uint64(k0), p1 & low,
                          (p0 >> high) ^ c3 ^ np.uint64(k1), p0 & low)
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], 1).astype(np.uint32).reshape(-1)[:n]


# --- weights ---

TRACKED = 7  # num_batches_tracked of every batch norm


def weight(name, shape):
    """The parameter `name`: near Kaiming's scale for convolutions and linear layers."""
    if name.endswith("num_batches_tracked"):
        return np.array(TRACKED, np.int64)
    n = math.prod(shape)
    u = ((words(name, 0, 0, n) >> np.uint32(8)).astype(np.int32) - (1 << 23)).astype(np.float32)
    u *= np.float32(2.0 ** -23)  # [-1,1)
    if len(shape) > 1:
        fan_in, e = n // shape[0], 0
        while fan_in > 12 << 2 * e:
            e += 1
        u *= np.float32(2.0 ** -(e if len(shape) > 2 else e + 4))
    elif name.endswith((".running_var", ".weight")) or name == "weight":
        u = np.float32(1) + u * np.float32(0.5)
        if name.endswith((".bn2.weight", ".bn3.weight")):  # gentle residuals: five steps stay far from chaos
            u *= np.float32(0.25)
    else:  # biases and running means; those of linear layers and the head are small
        u *= np.float32(0.03125 if name.endswith((".0.bias", ".3.bias")) else 0.25)
    return u.reshape(shape)


def fill(module, prefix=""):
    """Overwrites every parameter and statistic of a torch module; names are those of its state_dict."""
    import torch
    own = module.state_dict()
    module.load_state_dict({k: torch.from_numpy(np.array(weight(prefix + k, tuple(v.shape)))) for k, v in own.items()})
    return module


# --- streams ---

def triangle(t):
    t = t & 4095
    return np.where(t < 2048, t, 4095 - t)


def waves(seed, sample, channel, h, w, dy=0, dx=0):
    """Four triangle waves added, about -4096..4096: the sample's smooth content, seen from (dy,dx)"""
    y, x = np.mgrid[dy:h + dy, dx:w + dx].astype(np.int64)
    v = np.full((h, w), -4096, np.int64)
    for k in words("waves", seed, sample, 4).astype(np.int64):
        v += triangle(((k & 255) - 128) * x + ((k >> 8 & 255) - 128) * y + (k >> 16) + 977 * channel)
    return v


def noise(name, seed, sample, c, h, w):
    return (words(name, seed, sample, c * h * w) >> np.uint32(16)).astype(np.int64).reshape(c, h, w) - 32768


UNIT = np.float32(2.0 ** -17)


def image(seed, sample, c, h, w):
    v = np.stack([waves(seed, sample, k, h, w) for k in range(c)]) * 64 + noise("image", seed, sample, c, h, w)
    return v.astype(np.float32) * UNIT


def view(which, seed, sample, c, s):
    """View 1 or 2 of a sample: shifted, with a gain and noise of its own"""
    k = words("view.%d" % which, seed, sample, 1).astype(np.int64)[0]
    dy, dx, gain = k & 15, k >> 4 & 15, 48 + (k >> 8 & 31)
    v = np.stack([waves(seed, sample, j, s, s, dy, dx) for j in range(c)]) * gain
    v += noise("noise.%d" % which, seed, sample, c, s, s)
    return v.astype(np.float32) * UNIT


def mask(seed, sample, h, w):
    """A disc of 3 in a ring of 2, and a disc of 1 beside and behind them"""
    k = words("mask", seed, sample, 1).astype(np.int64)[0]
    s = min(h, w)
    y, x = np.mgrid[0:h, 0:w].astype(np.int64)
    cy, cx, r = h // 2 + (k & 7) - 4, w // 2 + (k >> 3 & 7) - 4, s // 8 + (k >> 6 & 3)
    m = np.zeros((h, w), np.uint8)
    m[(y - cy) ** 2 + (x - cx + s // 4) ** 2 < (r + s // 16) ** 2] = 1
    near = (y - cy) ** 2 + (x - cx) ** 2
    m[near < (r + s // 16) ** 2] = 2
    m[near < r ** 2] = 3
    return m


def label(seed, sample, classes):
    return int(words("label", seed, sample, 1)[0]) % classes


def segmented(seed, sample, c, h, w):
    """An image with its mask: each class is 0.5 brighter than the one before"""
    m = mask(seed, sample, h, w)
    return image(seed, sample, c, h, w) + m.astype(np.float32) * np.float32(0.5), m


def cover(m, sample, label):
    """Writes label into a square of the mask, or all over every fourth sample's (make-stream --ignore)"""
    h, w = m.shape
    x, y = sample * 11 % (w // 2), sample * 7 % (h // 2)
    m[(slice(None), slice(None)) if sample % 4 == 3 else (slice(y, y + h // 2), slice(x, x + w // 2))] = label


# --- files ---

DTYPE = {np.dtype("f4"): "F32", np.dtype("f8"): "F64", np.dtype("i8"): "I64", np.dtype("u1"): "U8"}


def save(path, tensors, **meta):
    """One safetensors record, laid out as a stream's writer does: widest type first, then by name"""
    names = sorted(tensors, key=lambda k: (-tensors[k].itemsize, k))
    header, at, data = {}, 0, b""
    for k in names:
        raw = np.ascontiguousarray(tensors[k]).tobytes()
        header[k] = {"dtype": DTYPE[tensors[k].dtype], "shape": list(tensors[k].shape), "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        data += raw
    if meta:
        header["__metadata__"] = meta
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def load(path):
    """The tensors of every record of a stream, and its metadata, as a list of (tensors, metadata)"""
    dtypes = {v: k for k, v in DTYPE.items()}
    records = []
    with open(path, "rb") as f:
        while True:
            head = f.read(8)
            if not head:
                return records
            header = json.loads(f.read(struct.unpack("<Q", head)[0]))
            meta = header.pop("__metadata__", {})
            data = f.read(max((v["data_offsets"][1] for v in header.values()), default=0))
            records.append(({k: np.frombuffer(data[slice(*v["data_offsets"])], dtypes[v["dtype"]]).reshape(v["shape"])
                             for k, v in header.items()}, meta))
