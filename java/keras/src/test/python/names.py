"""Makes names-N.h5.gz with h5py: weights as Keras 2 writes them, of N layers whose names are not ASCII or have slashes and dots."""
import gzip
import sys

import h5py
import numpy as np

for n in (3, 12, 400):
    names = ["schicht_ä", "block/conv.1", "層"] + ["ebene_ö%d" % i for i in range(n - 3)]
    with h5py.File("/tmp/names.h5", "w") as f:
        f.attrs["layer_names"] = np.array([x.encode() for x in names])
        f.attrs["keras_version"] = "2.11.0"
        f.attrs["model_config"] = '{"name": "é"}'.encode()  # a text of variable length that is said to be ASCII
        for i, x in enumerate(names):
            g = f.create_group(x)
            g.attrs["weight_names"] = np.array([(x + "/kernel:0").encode()])
            g.create_dataset(x + "/kernel:0", data=np.full((2,), i, "f4"))
    with open("/tmp/names.h5", "rb") as f, open("%s/names-%d.h5.gz" % (sys.argv[1], n), "wb") as g:
        g.write(gzip.compress(f.read(), 9, mtime=0))
