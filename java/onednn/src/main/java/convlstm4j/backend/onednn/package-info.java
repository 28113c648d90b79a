/**
 * The fast backend for CPUs: oneDNN through JavaCPP, float32. Start at {@link
 * convlstm4j.backend.onednn.OneDnnProvider}; {@code Kernels} picks the plan of an op, {@code
 * ConvLstm2dPlan} is what it is all for.
 */
@NullMarked
package convlstm4j.backend.onednn;

import org.jspecify.annotations.NullMarked;
