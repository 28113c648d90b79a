/**
 * Every op in single precision; package {@code f64} is generated from this one. Start at {@code
 * Kernels}.
 */
package convlstm4j.backend.reference.f32;
