/**
 * The specification: plain loops in float32 ({@code f32}) and float64 ({@code f64}, generated from
 * the former when the library is built), against which every other backend is tested. {@link
 * convlstm4j.backend.reference.ReferenceBackend} is the entry.
 */
@NullMarked
package convlstm4j.backend.reference;

import org.jspecify.annotations.NullMarked;
