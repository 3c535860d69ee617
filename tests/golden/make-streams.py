#!/usr/bin/python3
"""Writes stream-*.safetensors: what tests/helpers/make-stream must make of the same formulas."""
import os

import numpy as np

from formula import save, segmented, view
from measure import HERE

pairs = [segmented(5, i, 2, 11, 13) for i in range(2)]
save(os.path.join(HERE, "stream-segmented.safetensors"),
     {"image": np.stack([x for x, _ in pairs]), "mask": np.stack([y for _, y in pairs])})
save(os.path.join(HERE, "stream-views.safetensors"),
     {"view.%d" % v: np.stack([view(v, 5, i, 1, 12) for i in range(2)]) for v in (1, 2)})
