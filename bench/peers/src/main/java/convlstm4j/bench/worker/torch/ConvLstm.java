package convlstm4j.bench.worker.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import java.util.ArrayList;
import java.util.List;

/**
 * A ConvLSTM layer in PyTorch, time first: {@code [T,N,C,H,W]}, or {@code [T,N,H,W,C]} where
 * channels are last in memory. What a step made and nobody needs is freed at its end, as Python's
 * counting of references would do.
 */
final class ConvLstm {
  private static final Shape ONE = new Shape(1, 1);
  private static final int GATES = 4;
  private static final int CHANNELS = 1;

  private final NDArray kernel;
  private final NDArray recurrentKernel;
  private final NDArray bias;
  private final boolean last;
  private final boolean training;
  private final Shape pad;

  /**
   * A layer.
   *
   * @param kernel {@code [4F,C,KH,KW]}, or {@code [4F,C+F,KH,KW]} where x and h are joined
   * @param recurrentKernel {@code [4F,F,KH,KW]}, or null where x and h are joined
   * @param bias {@code [4F]}
   * @param last whether channels are last in memory
   * @param training whether gradients will be asked for
   */
  ConvLstm(NDArray kernel, NDArray recurrentKernel, NDArray bias, boolean last, boolean training) {
    this.kernel = kernel;
    this.recurrentKernel = recurrentKernel;
    this.bias = bias;
    this.last = last;
    this.training = training;
    this.pad = new Shape(kernel.getShape().get(2) / 2, kernel.getShape().get(3) / 2);
  }

  /** All steps. */
  @SuppressWarnings("try") // scopes act by being open
  NDArray run(NDArray x) {
    try (NDScope layer = new NDScope()) {
      long steps = x.getShape().get(0);
      List<NDArray> frames = recurrentKernel == null ? frames(x, steps) : hoisted(x, steps);
      List<NDArray> made = new ArrayList<>();
      NDList outputs = new NDList();
      NDArray h = null;
      NDArray c = null;
      for (NDArray frame : frames) {
        try (NDScope step = new NDScope()) {
          NDArray a = preActivations(frame, h);
          NDArray previous = c;
          NDList gates = a.split(GATES, CHANNELS);
          c = cell(gates, previous);
          NDArray o = Activation.sigmoid(gates.get(3));
          NDArray squashed = Activation.tanh(c);
          h = training ? o.mul(squashed) : o.muli(squashed);
          NDArray output = last ? h.transpose(0, 2, 3, 1) : h;
          for (NDArray kept : List.of(c, h, output)) {
            NDScope.unregister(kept);
            made.add(kept);
          }
          outputs.add(output);
          if (previous != null) {
            previous.close();
          }
        }
      }
      NDArray y = NDArrays.stack(outputs, 0);
      NDScope.unregister(y);
      made.forEach(NDArray::close);
      return y;
    }
  }

  private NDArray preActivations(NDArray frame, NDArray h) {
    if (recurrentKernel != null) {
      return h == null ? frame : convolve(h, recurrentKernel, null).addi(frame);
    }
    return convolve(frame.concat(h == null ? zeros(frame) : h, CHANNELS), kernel, bias);
  }

  private NDArray cell(NDList gates, NDArray c) {
    NDArray i = Activation.sigmoid(gates.get(0));
    NDArray g = Activation.tanh(gates.get(2));
    NDArray in = training ? i.mul(g) : i.muli(g);
    if (c == null) {
      return in;
    }
    NDArray f = Activation.sigmoid(gates.get(1));
    return (training ? f.mul(c) : f.muli(c)).addi(in);
  }

  /** The first h of joined convolutions. */
  private NDArray zeros(NDArray frame) {
    Shape s = frame.getShape();
    long filters = bias.getShape().get(0) / GATES;
    if (!last) {
      return frame.getManager().zeros(new Shape(s.get(0), filters, s.get(2), s.get(3)));
    }
    return frame
        .getManager()
        .zeros(new Shape(s.get(0), s.get(2), s.get(3), filters))
        .transpose(0, 3, 1, 2);
  }

  /** The images of x one by one, {@code [N,C,H,W]}. */
  private List<NDArray> frames(NDArray x, long steps) {
    List<NDArray> frames = new ArrayList<>();
    for (NDArray f : x.split(steps, 0)) {
      frames.add(image(f.squeeze(0)));
    }
    return frames;
  }

  /** The input convolution of all images at once, cut into steps. */
  private List<NDArray> hoisted(NDArray x, long steps) {
    long[] dims = x.getShape().getShape();
    NDArray images = image(x.reshape(dims[0] * dims[1], dims[2], dims[3], dims[4]));
    return convolve(images, kernel, bias).split(steps, 0);
  }

  private NDArray image(NDArray a) {
    return last ? a.transpose(0, 3, 1, 2) : a;
  }

  private NDArray convolve(NDArray x, NDArray w, NDArray b) {
    return Conv2d.conv2d(x, w, b, ONE, pad).singletonOrThrow();
  }
}
