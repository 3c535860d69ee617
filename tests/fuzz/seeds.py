#!/usr/bin/env python3
"""Writes tests/fuzz/seeds/TARGET/*, what fuzzing starts from: small files of every kind, most of them whole.

    tests/fuzz/seeds.py        from the root of the tree

Bytes that a target takes as choices come first (fuzz_choose). Files that fuzzing found and that were added by hand have
names of 40 hexadecimal digits and are left alone.
"""
import glob
import json
import os
import struct
import zlib

ROOT = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(ROOT, "..", "golden")


def put(target, name, data):
    folder = os.path.join(ROOT, "seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)


# --- streams ---

SIZES = {"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8,
         "I64": 8, "F64": 8}


def header(tensors, meta):
    entries, at = {}, 0
    if meta is not None:
        entries["__metadata__"] = meta
    for name, dtype, shape in tensors:
        n = SIZES[dtype]
        for d in shape:
            n *= d
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + n]}
        at += n
    return json.dumps(entries, separators=(",", ":")), at


def record(tensors, meta, fill=0):
    text, n = header(tensors, meta)
    text += " " * (-(8 + len(text)) % 64)
    return struct.pack("<Q", len(text)) + text.encode() + bytes([fill]) * n


def framed(k, last, **more):
    meta = {"seq": str(k), **{key: str(value) for key, value in more.items()}}
    if last:
        meta["eos"] = "1"
    return meta


IMAGES = [("image", "F32", [2, 1, 2, 2]), ("mask", "U8", [2, 2, 2])]
TWO = record(IMAGES, framed(0, False, samples=4, patient="p1", slice=0, slices=2)) + \
    record(IMAGES, framed(1, True, first=2, **{"cmd.0": "a", "encoder.cmd.0": "b"}))
EPOCHS = record(IMAGES, framed(0, False, samples=2, epochs=2, epoch=0)) + record(IMAGES, framed(1, True, epoch=1))
CRC = record([("x", "U8", [4])], framed(0, True, crc32="%08x" % zlib.crc32(b"\0" * 4)))
STREAMS = {
    "empty": record([], framed(0, True)),
    "two": TWO,
    "epochs": EPOCHS,
    "crc": CRC,
    "foreign": record([("a.b", "F16", [3]), ("scalar", "I64", []), ("none", "F64", [0, 5])], {"format": "pt"}),
    "types": record([(d.lower(), d, [1, 3]) for d in SIZES], framed(0, True)),
    "cut": TWO[:-3],
    "no-end": record(IMAGES, framed(0, False)),
}
for name, data in STREAMS.items():
    put("stream", name, b"\0" + data)
    put("map", name, b"\1\0\0\0\0" + data)
put("stream", "weights", b"\1" + STREAMS["foreign"])
put("map", "rounds", b"\2\2\5\1\3" + record(IMAGES, framed(0, True)))
for name, tensors, meta in [("empty", [], None), ("images", IMAGES, framed(0, True, normalize="dataset 1 2")),
                            ("types", [(d, d, [2]) for d in SIZES], {}), ("eight", [("x", "I8", [1] * 8)], {})]:
    put("header", name, header(tensors, meta)[0])
put("header", "escapes", '{"__metadata__":{"k\\u00e9\\n":"\\ud83d\\ude00"},"\\"":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}')

# --- weights ---

ONES = [("conv1.weight", "F32", [2, 1, 1, 2]), ("bn1.weight", "F32", [2]), ("bn1.running_mean", "F32", [2])]
INSIDE = [("encoder." + n, d, s) for n, d, s in ONES] + [("encoder.bn1.num_batches_tracked", "I64", []),
                                                        ("segmentation_head.0.weight", "F32", [2, 1, 1, 1])]
COLOUR = [("encoder.model.conv1.weight", "BF16", [2, 3, 1, 2])] + [(n, "F16", s) for n, d, s in ONES[1:]]
MODEL = INSIDE + [("encoder.layer1.0.conv1.weight", "F32", [1])]
put("weights", "encoder", b"\1\0" + record(ONES, {}))
put("weights", "colour", b"\1\0" + record(COLOUR, {}))
put("weights", "unet", b"\3\0" + record(INSIDE, framed(0, True, normalize="image")))
put("weights", "lenient", b"\x0f\1" + record(INSIDE[:2] + [("fc.bias", "F32", [1]), ("projector.0.bias", "F32", [1])], {}))
put("weights", "model", b"\3\0" + record(MODEL, framed(0, True, normalize="dataset 1 2")))
put("weights", "infinite", b"\1\0" + record(ONES, {}, 0xff))

# --- checkpoints ---

STATE = [("g/w", "F32", [2, 1]), ("g/s", "F32", [1]), ("g/n", "F32", []), ("g/m/w", "F32", [2, 1]), ("g/v/w", "F32", [2, 1]),
         ("g/steps", "I64", [3])]
PLACE = {"checkpoint": "segpipe 1", "step": "7", "best": "0x1.8p-1", "place.epoch": "1", "place.first": "4", "place.seen": "12",
         "place.dropped": "0", "place.shape.0": "2,1,32", "stream.samples": "8", "stream.cmd.0": "ssl-augment 1 --skip=3 x"}
put("checkpoint", "whole", record(STATE, framed(0, True, **PLACE)))
put("checkpoint", "params", record(STATE[:3], framed(0, True, **PLACE)))
put("checkpoint", "no-kind", record(STATE[:1], framed(0, True)))

# --- torch.save's files ---

TEXT = lambda s: b"X" + struct.pack("<I", len(s)) + s.encode()  # noqa: E731
STORAGE = b"(" + TEXT("storage") + b"ctorch\nFloatStorage\n" + TEXT("0") + TEXT("cpu") + b"K\x08%stQ"
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n(%sK\1K\2K\2\x86K\4K\2\x86\x89ccollections\nOrderedDict\n)RtR"
NEW, OLD = TENSOR % (STORAGE % b""), TENSOR % (STORAGE % b"N")


def pickle(items):
    return b"\x80\2}" + b"".join(TEXT(k) + v + b"s" for k, v in items) + b"."


PICKLES = {
    "tensor": pickle([("a", NEW)]),
    "views": pickle([("a", NEW), ("conv1.weight", NEW), ("layer1.0.conv1.weight", NEW)]),
    "state": b"\x80\2}" + TEXT("state_dict") + pickle([("module.conv1.weight", NEW)])[2:-1] + b"s.",
    "deeper": b"\x80\2}" + TEXT("a") + b"}" + TEXT("b") + pickle([("w", NEW)])[2:-1] + b"ss.",
    "memo": b"\x80\2}q\0(" + TEXT("a") + b"q\1" + NEW + b"q\2" + TEXT("b") + b"h\2u.",
    "values": b"\x80\4\x95\x20\0\0\0\0\0\0\0}\x94(\x8c\1a\x94\x88\x8c\1bN\x8c\1cG?\xf0\0\0\0\0\0\0\x8c\1dJ\xff\xff\xff\xff]\x94e.",
    "object": b"\x80\2}" + TEXT("a") + b"cargparse\nNamespace\n)\x81}" + TEXT("lr") + b"K\1sbs" + TEXT("w") + NEW + b"s.",
    "parameter": b"\x80\2}" + TEXT("p") + b"ctorch._utils\n_rebuild_parameter\n(" + NEW + b"\x88ccollections\nOrderedDict\n)RtRs.",
    "evil": b"\x80\2cos\nsystem\n" + TEXT("true") + b"\x85R.",
}
for name, data in PICKLES.items():
    put("pickle", name, b"\0" + data)
put("pickle", "ignored", b"\1" + PICKLES["evil"])


def archive(pkl, deflated=False, wide=False):
    local, directory, entries = b"", b"", [("x/data.pkl", pkl), ("x/byteorder", b"little"), ("x/data/0", bytes(32))]
    for name, data in entries:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush() if deflated else data
        at, how, name = len(local), 8 if deflated else 0, name.encode()
        extra = struct.pack("<HHQQQ", 1, 24, len(data), len(packed), at) if wide else b""
        most = 0xffffffff
        local += struct.pack("<4sHHHIIIIHH", b"PK\3\4", 0, 0, how, 0, 0, 0, 0, len(name), 0) + name + packed
        directory += struct.pack("<4sHHHHIIIIHHHHHII", b"PK\1\2", 0, 0, 0, how, 0, zlib.crc32(data),
                                 most if wide else len(packed), most if wide else len(data), len(name), len(extra),
                                 0, 0, 0, 0, most if wide else at) + name + extra
    end, at = b"", len(local)
    if wide:
        end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 30, 45, 0, 0, 3, 3, len(directory), at)
        end += struct.pack("<4sIQI", b"PK\6\7", 0, at + len(directory), 1)
    return local + directory + end + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 3, 3, len(directory), at, 0)


ZIPS = {"stored": archive(PICKLES["tensor"]), "deflated": archive(PICKLES["tensor"], deflated=True),
        "wide": archive(PICKLES["state"], wide=True), "comment": archive(b"N.")[:-2] + b"\2\0hi"}
HEAD = b"\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}X\x0d\0\0\0little_endian\x88s."
LEGACY = HEAD + pickle([("a", OLD)]) + b"\x80\2]" + TEXT("0") + b"a." + struct.pack("<Q", 8) + bytes(32)
for name, data in ZIPS.items():
    put("zip", name, data)
    put("foreign", name, b"\0\0" + data)
put("foreign", "legacy", b"\0\0" + LEGACY)
put("foreign", "safetensors", b"\0\0" + record(ONES + [("layer1.0.conv1.weight", "F32", [1])], {}))
put("foreign", "deeper", b"\2\1" + archive(PICKLES["deeper"]))

# --- volumes and pictures: those that are read elsewhere, too ---

for target, pattern in [("nifti", "nifti/*"), ("tiff", "pictures/*.tif"), ("jpeg", "pictures/*.jpg"), ("png", "pictures/*.png")]:
    for path in sorted(glob.glob(os.path.join(GOLDEN, pattern))):
        with open(path, "rb") as f:
            put(target, os.path.basename(path), (b"" if target == "nifti" else b"\0") + f.read())
for target, name in [("tiff", "palette.tif"), ("png", "palette.png"), ("png", "bits.png")]:
    with open(os.path.join(GOLDEN, "pictures", name), "rb") as f:
        put(target, "indices-" + name, b"\1" + f.read())

# --- texts ---

INFO = "ED: 1\nES: 12\nGroup: DCM\nHeight: 184.0\nNbFrame: 30\nWeight: 95.0\n"
put("acdc", "patient", INFO + "\0patient007_frame01.nii.gz\npatient007_frame01_gt.nii.gz\npatient007_frame12.nii\npatient007_4d.nii.gz")
put("acdc", "both", "Group:X\r\nES : 2 \r\n\r\nED:1\0patient007_frame01.nii\npatient007_frame01.nii.gz\npatient007_frame1.nii\nother")
put("acdc", "no-group", "ED: 1\nES: 2\n")
put("tsv", "stats", "channel\tcount\tmean\tstd\tmin\tmax\n0\t100\t85.1\t80.2\t0\t255\n1\t100\t1e-3\t2.5\t-1\t1\n")
put("tsv", "crlf", "a\tb\r\n1\t\r\nnan\t-inf\r\n")
SHEET = '\ufeffimage\tmask\r\n"a.nii, b.nii"\t"m ""x"""\r\n\r\n'
put("tsv", "spreadsheet", SHEET)
put("tsv", "no-newline", "epoch\tloss\n1\t0x1p3")
put("tsv", "short-row", "a\tb\n1\n")
put("normalize", "dataset", "dataset 85.1 80.2")
put("normalize", "channels", "released 0.485 0.229 0.456 0.224 0.406 0.225")
put("normalize", "image", "image")
put("normalize", "lists", "85.1,90;80.2,77")
put("where", "one", "phase=ED,ES\nphase=ED")
put("where", "several", "a\\=b=c\\,d;e!=f\na=b\ni=3\nx=1e3\ncmd.0=x\ncmd.7=y")
put("gallery", "files", "\1\0\0/a.png\n/b.TIF\n/a_gt.png")
put("gallery", "folders", "\0\1\1/d\n/img_dir\n/a.png")
put("gallery", "parts", "\1\0\1/s\n")
put("gallery", "classes", "\0\0\0/d/c.jpg\r\n/none.png")
V1 = '{"modality":{"0":"T1","1":"T2"},"labels":{"0":"background","1":"LV"},'
V2 = '{"channel_names":{"0":"MR"},"labels":{"background":0,"LV":1,"ignore":2},"file_ending":".nii.gz"'
put("dataset", "v1", V1 + '"numTraining":1,"training":[{"image":"./imagesTr/a.nii.gz","label":"./labelsTr/a.nii.gz"}],"test":[]}')
put("dataset", "stacked", V1 + '"training":[{"image":"imagesTr/d.nii","label":"labelsTr/d.nii"}]}')
put("dataset", "v2", V2 + ',"numTraining":3}')
put("dataset", "region", '{"channel_names":{"0":"MR"},"labels":{"whole":[1,2]}}')
put("dataset", "outside", V1 + '"training":[{"image":"../a.nii","label":"/etc/passwd"}]}')
put("labels", "spreadsheet", SHEET)
put("labels", "table", "image\tmask\nimagesTr/a_0000.nii.gz,imagesTr/a_0001.nii.gz\tlabelsTr/a.nii.gz\nb.nii.gz\t-\n")
put("labels", "columns", "case\timage\tpatient\tframe\tgroup\tphase\tsplit\nx\tp.tif\tzoe\t3\tDCM\tED\tval\ny\ta.nii\t\t\t\t\ttrain\n"
    "\0label\tname\n0\tbackground\n1\tLV\n7\tignore\n")
put("dataset", "pictures", V2.replace(".nii.gz", ".png") + "}")
put("labels", "pictures", "image\tmask\tsplit\np.tif,p.tif\tp_gt.tif\tval\n")
put("labels", "outside", "image\n../a.nii\n")
put("options", "short", "-qv\0-n3\0-s\00018446744073709551615\0-o\0out\0file")
put("options", "long", "--number=-3\0--choice\0two\0--real=0.5\0--pair=-1,10\0--text=it's\0--list=a,b\0--keep=1,2,5\0-j2")
put("options", "dashes", "-f\0--\0-n\0--x\0a b")
put("options", "help", "-h")
put("options", "version", "--version")
put("options", "wrong", "--number=70001")
put("options", "several", "--several=a\0--several\0b c\0x")
