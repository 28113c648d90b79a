/**
 * The backend for NVIDIA GPUs: JCuda's driver API, cuDNN for convolutions, our own kernels for all
 * else, float32. Start at {@link convlstm4j.backend.cuda.CudaProvider}; {@code Plans} picks the
 * plan of an op, {@code ConvLstm2dPlan} is what it is all for. {@code Driver} and {@code Cudnn} are
 * the only classes that call the two libraries. {@code CudaTimer} is for benchmarks.
 */
@NullMarked
package convlstm4j.backend.cuda;

import org.jspecify.annotations.NullMarked;
