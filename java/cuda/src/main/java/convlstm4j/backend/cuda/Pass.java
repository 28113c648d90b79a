package convlstm4j.backend.cuda;

import java.util.Set;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;

/**
 * What a convolution computes, and which of cuDNN's algorithms for it round more than a sum does.
 */
enum Pass {
  /** y from x and w. */
  FORWARD(
      "Forward",
      Set.of(
          cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT,
          cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING,
          cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
          cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED)),
  /** dx from dy and w. */
  BACKWARD_DATA(
      "BackwardData",
      Set.of(
          cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT,
          cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING,
          cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD,
          cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED)),
  /** dw from x and dy. */
  BACKWARD_FILTER(
      "BackwardFilter",
      Set.of(
          cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT,
          cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING,
          cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD,
          cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED));

  private final String nameInCalls;
  private final Set<Integer> rounding;

  Pass(String nameInCalls, Set<Integer> rounding) {
    this.nameInCalls = nameInCalls;
    this.rounding = rounding;
  }

  /** The part of cuDNN's function names that says which pass, for instance BackwardData. */
  String nameInCalls() {
    return nameInCalls;
  }

  /** Whether an algorithm transforms its operands and so rounds them. */
  boolean rounds(int algorithm) {
    return rounding.contains(algorithm);
  }

  /** An algorithm's name in cuDNN, without the part that all have. */
  String nameOf(int algorithm) {
    String full =
        switch (this) {
          case FORWARD -> cudnnConvolutionFwdAlgo.stringFor(algorithm);
          case BACKWARD_DATA -> cudnnConvolutionBwdDataAlgo.stringFor(algorithm);
          case BACKWARD_FILTER -> cudnnConvolutionBwdFilterAlgo.stringFor(algorithm);
        };
    return full.replaceFirst("^.*_ALGO_", "");
  }
}
