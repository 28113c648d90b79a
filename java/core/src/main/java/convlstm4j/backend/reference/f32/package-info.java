/**
 * Every op in single precision; package {@code f64} is generated from this one. Start at {@code
 * Kernels}.
 */
@NullMarked
package convlstm4j.backend.reference.f32;

import org.jspecify.annotations.NullMarked;
