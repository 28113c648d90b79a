package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The element-wise part of a ConvLSTM step, Shi et al. 2015 (arXiv:1506.04214) eq. 3: from
 * pre-activations {@code z [N,P,4F]} and {@code c [N,P,F]} to the next c and h, and back.
 */
final class ConvLstmGates {
  private static final int I = GateOrder.INPUT.index();
  private static final int F = GateOrder.FORGET.index();
  private static final int G = GateOrder.CANDIDATE.index();
  private static final int O = GateOrder.OUTPUT.index();

  private final ConvLstm2d op;
  private final ConvLstmLayout size;
  private final int rows;
  private final int rowPixels;

  ConvLstmGates(ConvLstm2d op, ConvLstmLayout size, int rows, int rowPixels) {
    this.op = op;
    this.size = size;
    this.rows = rows;
    this.rowPixels = rowPixels;
  }

  /** Makes the states after a step; a masked sample keeps those before it. */
  void forward(float[] work, float[] store, float @Nullable [] mask, int step, int frame) {
    if (size.keepsPre()) {
      System.arraycopy(store, size.gates(step), store, size.pre(step), size.n * size.z);
    }
    Parallel.each(
        size.n * rows,
        piece -> {
          int sample = piece / rows;
          int from = piece % rows * rowPixels * op.filters();
          int length = rowPixels * op.filters();
          if (mask != null && mask[sample * size.t + frame] == 0) {
            int at = sample * size.s + from;
            System.arraycopy(store, size.h(step) + at, store, size.h(step + 1) + at, length);
            System.arraycopy(store, size.c(step) + at, store, size.c(step + 1) + at, length);
          } else {
            forwardRow(work, store, step, sample, from, from + length);
          }
        });
  }

  private void forwardRow(float[] work, float[] store, int step, int sample, int from, int to) {
    int f = op.filters();
    int before = size.c(step) + sample * size.s;
    int after = size.c(step + 1) + sample * size.s;
    int h = size.h(step + 1) + sample * size.s;
    int z = size.gates(step) + sample * size.z;
    for (int k = from; k < to; k++) {
      int zi = z + k / f * size.columns + k % f;
      float zIn = store[zi + I * f];
      float zForget = store[zi + F * f];
      float zOut = store[zi + O * f];
      float c = store[before + k];
      if (op.peephole()) {
        zIn += work[size.peephole(0) + k] * c;
        zForget += work[size.peephole(1) + k] * c;
      }
      float i = Activations.value(op.recurrentActivation(), zIn);
      float forget = Activations.value(op.recurrentActivation(), zForget);
      float g = Activations.value(op.activation(), store[zi + G * f]);
      float next = forget * c + i * g;
      if (op.peephole()) {
        zOut += work[size.peephole(2) + k] * next;
      }
      float o = Activations.value(op.recurrentActivation(), zOut);
      store[after + k] = next;
      store[h + k] = o * Activations.value(op.activation(), next);
      if (op.peephole() && size.keepsPre()) {
        int p = size.pre(step) + sample * size.z + zi - z;
        store[p + I * f] = zIn;
        store[p + F * f] = zForget;
        store[p + O * f] = zOut;
      }
      store[zi + I * f] = i;
      store[zi + F * f] = forget;
      store[zi + G * f] = g;
      store[zi + O * f] = o;
    }
  }

  /**
   * From the gradients dh and dc after a step makes dz and the dc before it; a masked sample has dz
   * = 0 and keeps dc.
   */
  void backward(float[] work, float[] store, float @Nullable [] mask, int step, int frame) {
    Parallel.each(
        rows,
        row -> {
          int from = row * rowPixels * op.filters();
          int to = from + rowPixels * op.filters();
          // All samples in one piece, in order: they share the gradients of the peepholes.
          for (int sample = 0; sample < size.n; sample++) {
            if (mask != null && mask[sample * size.t + frame] == 0) {
              int dz = size.dz() + sample * size.z;
              Arrays.fill(work, dz + from * GateOrder.COUNT, dz + to * GateOrder.COUNT, 0);
            } else {
              backwardRow(work, store, step, sample, from, to);
            }
          }
        });
  }

  private void backwardRow(float[] work, float[] store, int step, int sample, int from, int to) {
    int f = op.filters();
    int before = size.c(step) + sample * size.s;
    int after = size.c(step + 1) + sample * size.s;
    int z = size.gates(step) + sample * size.z;
    int pre = size.keepsPre() ? size.pre(step) + sample * size.z : z;
    int dhAt = size.dh() + sample * size.s;
    int dcAt = size.dc() + sample * size.s;
    int dzAt = size.dz() + sample * size.z;
    for (int k = from; k < to; k++) {
      int at = k / f * size.columns + k % f;
      float i = store[z + at + I * f];
      float forget = store[z + at + F * f];
      float g = store[z + at + G * f];
      float o = store[z + at + O * f];
      float c = store[before + k];
      float next = store[after + k];
      float a = Activations.value(op.activation(), next);
      float dh = work[dhAt + k];
      float dOut =
          dh * a * Activations.derivative(op.recurrentActivation(), store[pre + at + O * f], o);
      float dNext = work[dcAt + k] + dh * o * Activations.derivative(op.activation(), next, a);
      if (op.peephole()) {
        dNext += dOut * work[size.peephole(2) + k];
      }
      float dIn =
          dNext * g * Activations.derivative(op.recurrentActivation(), store[pre + at + I * f], i);
      float dForget =
          dNext
              * c
              * Activations.derivative(op.recurrentActivation(), store[pre + at + F * f], forget);
      float dCandidate =
          dNext * i * Activations.derivative(op.activation(), store[pre + at + G * f], g);
      float dc = dNext * forget;
      if (op.peephole()) {
        dc += dIn * work[size.peephole(0) + k] + dForget * work[size.peephole(1) + k];
        work[size.peepholeGradient(0) + k] += dIn * c;
        work[size.peepholeGradient(1) + k] += dForget * c;
        work[size.peepholeGradient(2) + k] += dOut * next;
      }
      work[dcAt + k] = dc;
      work[dzAt + at + I * f] = dIn;
      work[dzAt + at + F * f] = dForget;
      work[dzAt + at + G * f] = dCandidate;
      work[dzAt + at + O * f] = dOut;
    }
  }
}
