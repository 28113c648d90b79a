"""Makes the .npy files of this folder (NumPy 1.24.2). Element k of the file is VALUES[k], cycled, in row-major
order; those of unsigned and large types: see below."""
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
wide = {2: 0xFFFF, 4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}
whole = [0, 1, 2**24, 2**24 + 1, 2**24 + 2, 2**53, 2**53 + 1, 2**63, 2**63 + 2**39, 2**63 + 2**39 + 1, 2**64 - 1]
for name in ["<f4", "<f8", "<f2", "|u1", "|i1", "<i2", "<i4", "<i8", "|b1", ">f4", ">f8", ">f2", ">i2", ">i4", ">i8"]:
    array = np.resize(np.array(values[name[1]], dtype=name), shape)
    file = name.replace("<", "le_").replace(">", "be_").replace("|", "")
    np.save(here / (file + ".npy"), array)
    if name in ("<f4", ">i2", "|u1"):
        np.save(here / (file + "_fortran.npy"), np.asfortranarray(array))
for name in ["<u2", "<u4", "<u8", ">u2", ">u4", ">u8"]:
    array = np.array([v & wide[int(name[2])] for v in whole], dtype=name)
    np.save(here / (name.replace("<", "le_").replace(">", "be_") + ".npy"), array)
signed = [v - 2**64 if v >= 2**63 else v for v in whole]
np.save(here / "large_i8.npy", np.array(signed, ">i8"))
np.save(here / "large_i4.npy", np.array([2**24, 2**24 + 1, -(2**24) - 1, -(2**31)], "<i4"))
for version in (2, 3):
    with open(here / f"version{version}.npy", "wb") as f:
        npy.write_array(f, np.resize(np.array(values["f"], "<f4"), shape), version=(version, 0))
np.save(here / "scalar.npy", np.array(4.5, "<f8"))
np.save(here / "vector.npy", np.arange(7, dtype="<i4"))
np.save(here / "empty.npy", np.zeros((0, 3), "<f4"))

# What is refused, with the line of Python that turns it into what is read.
refused = {
    "complex64": np.array([1 + 2j, 3], "<c8"),
    "complex128": np.array([[1 + 2j], [3]], ">c16"),
    "unicode": np.array(["cat", "dog", "cat"]),
    "bytes": np.array([b"cat", b"dog", b"cat"]),
    "object": np.array([1, 2.5], object),
    "datetime64": np.array(["2026-01-02", "2026-01-03"], "<M8[D]"),
    "timedelta64": np.array([3, 4], "<m8[s]"),
    "longdouble": np.array([1.5, 2.5], np.longdouble),
    "structured": np.array([(1, 2.5), (3, 4.5)], [("a", "<i4"), ("b", "<f4")]),
    "void2": np.array([0x3FC0, 0xC000], "<u2").view("V2"),
    "void3": np.array([b"abc"], "V3"),
}
for name, array in refused.items():
    np.save(here / f"refused_{name}.npy", array)
