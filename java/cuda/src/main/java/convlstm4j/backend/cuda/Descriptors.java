package convlstm4j.backend.cuda;

import convlstm4j.backend.Owned;
import convlstm4j.tensor.Shape;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** What cuDNN is told about a convolution of a number of images. */
final class Descriptors implements AutoCloseable {
  final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  final cudnnFilterDescriptor w = new cudnnFilterDescriptor();
  final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

  /** Whether TensorFloat-32 may be used. */
  final boolean mayRound;

  private final Owned made = new Owned();

  /**
   * Describes it.
   *
   * @param g geometry
   * @param images how many
   * @param xDistance elements from one image to the next
   * @param yDistance elements from one result to the next
   * @param mayRound whether TensorFloat-32 may be used
   */
  Descriptors(Geometry g, long images, long xDistance, long yDistance, boolean mayRound) {
    this.mayRound = mayRound;
    Owned.made(this);
    boolean lopsided = g.isLopsided();
    Shape spatial = lopsided ? g.padded() : g.spatial();
    tensor(x, images, g.channels(), spatial, xDistance);
    tensor(y, images, g.filters(), g.output(), yDistance);
    Driver.cudnn("cudnnCreateFilterDescriptor", () -> JCudnn.cudnnCreateFilterDescriptor(w));
    made("cudnnDestroyFilterDescriptor", () -> JCudnn.cudnnDestroyFilterDescriptor(w));
    int[] filter = new int[g.rank() + 2];
    filter[0] = Math.toIntExact(g.filters());
    filter[1] = Math.toIntExact(g.channels() / g.groups());
    int[] pad = new int[g.rank()];
    int[] strides = new int[g.rank()];
    int[] dilation = new int[g.rank()];
    for (int i = 0; i < g.rank(); i++) {
      filter[2 + i] = g.window().size().get(i);
      pad[i] = lopsided ? 0 : Math.toIntExact(g.padBefore(i));
      strides[i] = g.window().strides().get(i);
      dilation[i] = g.window().dilation().get(i);
    }
    Driver.cudnn(
        "cudnnSetFilterNdDescriptor",
        () ->
            JCudnn.cudnnSetFilterNdDescriptor(
                w,
                cudnnDataType.CUDNN_DATA_FLOAT,
                cudnnTensorFormat.CUDNN_TENSOR_NCHW,
                filter.length,
                filter));
    Driver.cudnn(
        "cudnnCreateConvolutionDescriptor",
        () -> JCudnn.cudnnCreateConvolutionDescriptor(convolution));
    made(
        "cudnnDestroyConvolutionDescriptor",
        () -> JCudnn.cudnnDestroyConvolutionDescriptor(convolution));
    Driver.cudnn(
        "cudnnSetConvolutionNdDescriptor",
        () ->
            JCudnn.cudnnSetConvolutionNdDescriptor(
                convolution,
                pad.length,
                pad,
                strides,
                dilation,
                cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                cudnnDataType.CUDNN_DATA_FLOAT));
    Driver.cudnn(
        "cudnnSetConvolutionGroupCount",
        () -> JCudnn.cudnnSetConvolutionGroupCount(convolution, g.groups()));
    Driver.cudnn(
        "cudnnSetConvolutionMathType",
        () ->
            JCudnn.cudnnSetConvolutionMathType(
                convolution,
                mayRound ? cudnnMathType.CUDNN_DEFAULT_MATH : cudnnMathType.CUDNN_FMA_MATH));
  }

  private void made(String destroyer, Driver.Call destroy) {
    made.own(() -> Driver.cudnn(destroyer, destroy));
  }

  private void tensor(
      cudnnTensorDescriptor t, long images, long channels, Shape spatial, long distance) {
    Driver.cudnn("cudnnCreateTensorDescriptor", () -> JCudnn.cudnnCreateTensorDescriptor(t));
    made("cudnnDestroyTensorDescriptor", () -> JCudnn.cudnnDestroyTensorDescriptor(t));
    int[] dims = new int[spatial.rank() + 2];
    int[] strides = new int[dims.length];
    long stride = 1;
    for (int i = spatial.rank() - 1; i >= 0; i--) {
      dims[2 + i] = Math.toIntExact(spatial.dim(i));
      strides[2 + i] = Math.toIntExact(stride);
      stride *= spatial.dim(i);
    }
    dims[1] = Math.toIntExact(channels);
    strides[1] = Math.toIntExact(stride);
    dims[0] = Math.toIntExact(images);
    strides[0] = Math.toIntExact(distance);
    Driver.cudnn(
        "cudnnSetTensorNdDescriptor",
        () ->
            JCudnn.cudnnSetTensorNdDescriptor(
                t, cudnnDataType.CUDNN_DATA_FLOAT, dims.length, dims, strides));
  }

  @Override
  public void close() {
    made.close();
  }
}
