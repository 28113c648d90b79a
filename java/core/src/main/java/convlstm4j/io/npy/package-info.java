/**
 * NumPy's array files (<a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format</a>,
 * versions 1, 2 and 3): {@link convlstm4j.io.npy.NpyFile} reads, memory-mapped, all of one or some
 * frames; {@link convlstm4j.io.npy.NpyWriter} writes, also frame by frame; {@link
 * convlstm4j.io.npy.NpyException} is what a file that cannot be read throws.
 */
@NullMarked
package convlstm4j.io.npy;

import org.jspecify.annotations.NullMarked;
