"""Makes the .npy files of this folder (NumPy 1.24.2). Element k of the file is VALUES[k], cycled, in row-major order."""
import pathlib
import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent
shape = (3, 2, 5)
values = {
    "f": [0.0, -0.0, 1.5, -2.25, 65504.0, 2.0**-24, 3 * 2.0**-20, -(2.0**-14), float("inf"), float("-inf"), float("nan")],
    "i": [0, 1, -1, 100, -128, 127, 55],
    "u": [0, 1, 127, 128, 254, 255, 7],
    "b": [False, True, True],
}
for name in ["<f4", "<f8", "<f2", "|u1", "|i1", "<i2", "<i4", "<i8", "|b1", ">f4", ">f8", ">f2", ">i2", ">i4", ">i8"]:
    array = np.resize(np.array(values[name[1]], dtype=name), shape)
    file = name.replace("<", "le_").replace(">", "be_").replace("|", "")
    np.save(here / (file + ".npy"), array)
    if name in ("<f4", ">i2", "|u1"):
        np.save(here / (file + "_fortran.npy"), np.asfortranarray(array))
for version in (2, 3):
    with open(here / f"version{version}.npy", "wb") as f:
        npy.write_array(f, np.resize(np.array(values["f"], "<f4"), shape), version=(version, 0))
np.save(here / "scalar.npy", np.array(4.5, "<f8"))
np.save(here / "vector.npy", np.arange(7, dtype="<i4"))
np.save(here / "empty.npy", np.zeros((0, 3), "<f4"))
