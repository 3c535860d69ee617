#!/usr/bin/python3
"""Writes pictures/* and pictures.h: files and what is in them, as PIL reads them or as they were put together here.

Debian packages: python3-pil, python3-numpy. Usage: ./pictures.py
"""
import os
import struct
import zlib

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
DTYPE = {"u1": "TEN_U8", "i1": "TEN_I8", "u2": "TEN_U16", "i2": "TEN_I16", "u4": "TEN_U32", "i4": "TEN_I32",
         "f4": "TEN_F32"}
rng = np.random.default_rng(11)
rows = []


def path(name):
    return os.path.join(HERE, "pictures", name)


def expect(name, pages, indices=False):
    """pages: arrays (H,W) or (H,W,3)."""
    planar = [a[None] if a.ndim == 2 else a.transpose(2, 0, 1) for a in pages]
    first = planar[0]
    values = ", ".join(repr(float(v)) if v % 1 else str(int(v)) for a in planar for v in a.ravel())
    rows.append("\t{ \"%s\", %s, %d, %s, %d, %d, %d,\n\t  (const double[]){ %s } },\n" % (
        name, "PICTURE_INDICES" if indices else "PICTURE_COLOURS", len(pages), DTYPE[first.dtype.str[1:]],
        first.shape[0], first.shape[1], first.shape[2], values))


def tiff(name, pages, order="<", block=None, tiles=False, planar=False, photometric=None, zipped=False, extra=None,
         big=False):
    """A TIFF from nothing: pages are arrays (H,W) or (H,W,S); block is rows per strip, or the side of a tile."""
    out = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + ("HHHQ" if big else "HI"),
                                                                   *((43, 8, 0, 0) if big else (42, 0))))
    link = 8 if big else 4
    for a in pages:
        a = a[..., None] if a.ndim == 2 else a
        h, w, s = a.shape
        data = a.astype(a.dtype.newbyteorder(order))
        offsets, counts = [], []
        for plane in ([data[..., k:k + 1] for k in range(s)] if planar else [data]):
            for y in range(0, h, block or h):
                for x in range(0, w, block if tiles else w):
                    part = plane[y:y + (block or h), x:x + (block if tiles else w)]
                    if tiles:
                        part = np.pad(part, ((0, block - part.shape[0]), (0, block - part.shape[1]), (0, 0)))
                    text = zlib.compress(part.tobytes()) if zipped else part.tobytes()
                    offsets.append(len(out))
                    counts.append(len(text))
                    out += text + b"\0" * (len(text) % 2)
        form = {"u": 1, "i": 2, "f": 3}[a.dtype.kind]
        if photometric is None:
            photometric = 2 if s >= 3 else 1
        tags = [(256, 4, [w]), (257, 4, [h]), (258, 3, [a.dtype.itemsize * 8] * s), (259, 3, [8 if zipped else 1]),
                (262, 3, [photometric]), (277, 3, [s]), (284, 3, [2 if planar else 1]), (339, 3, [form] * s)]
        if extra is not None:
            tags.append((338, 3, [extra]))
        if tiles:
            tags += [(322, 4, [block]), (323, 4, [block]), (324, 4, offsets), (325, 4, counts)]
        else:
            tags += [(273, 4, offsets), (278, 4, [block or h]), (279, 4, counts)]
        extra_data = []
        for tag, kind, v in sorted(tags):
            text = struct.pack(order + ("H" if kind == 3 else "I") * len(v), *v)
            if len(text) > (8 if big else 4):
                at = len(out)
                out += text + b"\0" * (len(text) % 2)
                text = struct.pack(order + ("Q" if big else "I"), at)
            extra_data.append(struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(v)) +
                              text.ljust(8 if big else 4, b"\0"))
        struct.pack_into(order + ("Q" if big else "I"), out, link, len(out))
        out += struct.pack(order + ("Q" if big else "H"), len(extra_data)) + b"".join(extra_data)
        link = len(out)
        out += b"\0" * (8 if big else 4)
    with open(path(name), "wb") as f:
        f.write(out)


def values(shape, dtype):
    d = np.dtype(dtype)
    if d.kind == "f":
        return (rng.integers(-1000, 1000, shape) / 8).astype(d)
    return rng.integers(np.iinfo(d).min, np.iinfo(d).max, shape, endpoint=True).astype(d)


def tiffs():
    for k, t in enumerate(sorted(DTYPE)):
        a = values((5, 7), t)
        tiff(t + ".tif", [a], "<>"[k % 2], block=2)
        expect(t + ".tif", [a])
    for name, shape, t, more in (
            ("rgb.tif", (5, 7, 3), "u1", {"block": 3}),
            ("rgb-planar.tif", (5, 7, 3), "u2", {"block": 2, "planar": True, "order": ">"}),
            ("rgb-tiles.tif", (20, 18, 3), "u1", {"block": 16, "tiles": True, "zipped": True}),
            ("grey-tiles.tif", (17, 33), "i2", {"block": 16, "tiles": True, "zipped": True, "order": ">"}),
            ("planar-tiles.tif", (18, 4, 3), "u1", {"block": 16, "tiles": True, "planar": True, "zipped": True}),
            ("zipped.tif", (6, 5), "f4", {"block": 4, "zipped": True}),
            ("big.tif", (6, 5), "u2", {"block": 4, "big": True})):
        a = values(shape, t)
        tiff(name, [a], **more)
        expect(name, [a])
    a = values((4, 5, 4), "u1")
    tiff("rgba.tif", [a], extra=2)
    expect("rgba.tif", [a[..., :3]])
    tiff("grey-alpha.tif", [a[..., :2]], photometric=1, extra=2, planar=True)
    expect("grey-alpha.tif", [a[..., 0]])
    for t in ("u1", "u2"):
        a = values((4, 5), t)
        tiff("white-%s.tif" % t, [a], photometric=0)
        expect("white-%s.tif" % t, [np.iinfo(t).max - a])
    a = [values((3, 4), "u2") for _ in range(3)]
    tiff("pages.tif", a, ">")
    expect("pages.tif", a)
    # what these are refused for stands in the test
    tiff("cmyk.tif", [values((2, 3, 4), "u1")], photometric=5)
    tiff("half.tif", [values((2, 3), "f2")])
    tiff("double.tif", [values((2, 3), "f8")])
    tiff("five.tif", [values((2, 3, 5), "u1")], photometric=1)


def by_pil():
    grey, rgb = Image.fromarray(values((6, 7), "u1")), Image.fromarray(values((6, 7, 3), "u1"))
    for kind in ("tiff_lzw", "packbits", "tiff_adobe_deflate"):
        rgb.save(path(kind + ".tif"), compression=kind)
        expect(kind + ".tif", [np.asarray(rgb)])
    few = Image.fromarray(rng.integers(0, 5, (6, 7)).astype("u1"))
    palette = few.convert("P")
    palette.putpalette([255, 0, 0, 10, 20, 30, 0, 200, 0, 0, 0, 99, 7, 7, 7])
    smooth = np.add.outer(np.arange(24) * 3, np.arange(32) * 4).astype("u1")
    noise = rng.integers(0, 9, (24, 32, 3)).astype("u1")
    colours = Image.fromarray(np.stack([smooth, smooth[::-1], 255 - smooth], 2) ^ noise)
    for name, image, more in (
            ("grey.png", grey, {}), ("rgb.png", rgb, {}), ("rgba.png", rgb.convert("RGBA"), {}),
            ("la.png", grey.convert("LA"), {}), ("i16.png", Image.fromarray(values((5, 4), "u2")), {}),
            ("bits.png", grey.convert("1"), {}),
            ("jpeg.tif", colours, {"compression": "jpeg"}),
            ("grey.jpg", Image.fromarray(smooth), {"quality": 80}), ("colour.jpg", colours, {"quality": 90}),
            ("progressive.jpg", colours, {"quality": 70, "progressive": True, "subsampling": 0})):
        image.save(path(name), **more)
        seen = np.asarray(Image.open(path(name)))
        seen = seen.astype("u2") if seen.dtype == np.int32 else seen
        seen = seen.astype("u1") * 255 if seen.dtype == bool else seen
        expect(name, [seen[..., 0] if image.mode == "LA" else seen[..., :3] if seen.ndim == 3 else seen])
    for name in ("palette.png", "palette.tif"):
        palette.save(path(name))
        expect(name, [np.asarray(Image.open(path(name)).convert("RGB"))])
        expect(name, [np.asarray(Image.open(path(name)))], indices=True)
    expect("bits.png", [np.asarray(grey.convert("1")).astype("u1")], indices=True)
    colours.convert("CMYK").save(path("cmyk.jpg"))
    # grey made of colours: what PIL calls L
    expect_grey("colour.jpg")
    expect_grey("rgb.png")


def expect_grey(name):
    seen = np.asarray(Image.open(path(name)).convert("L"))
    grey_rows.append("\t{ \"%s\", (const uint8_t[]){ %s } },\n" % (name, ", ".join(str(v) for v in seen.ravel())))


grey_rows = []
os.makedirs(path(""), exist_ok=True)
tiffs()
by_pil()
with open(os.path.join(HERE, "pictures.h"), "w") as out:
    out.write("/* made by pictures.py: name, palette, pages, type, channels, height, width, values of all pages */\n")
    out.write("static const struct golden golden[] = {\n" + "".join(rows) + "};\n\n")
    out.write("static const struct grey grey[] = {\n" + "".join(grey_rows) + "};\n")
