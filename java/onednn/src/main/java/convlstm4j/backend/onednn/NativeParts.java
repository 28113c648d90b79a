package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Parts;
import convlstm4j.backend.Plan;
import convlstm4j.formula.Code;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What a recurrence is put together from: oneDNN's convolutions, {@link Formulas} on frames. */
final class NativeParts implements Parts {
  /** Scratch for sums. */
  private static final int SUM_SLOT = 0;

  private final Planner planner;

  /** Of plans that are made so. */
  NativeParts(Planner planner) {
    this.planner = planner;
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, Mode mode) {
    return planner.plan(op, inputs, mode);
  }

  @Override
  public Buffer part(Buffer buffer, long from, Shape shape) {
    return NativeBuffer.of(buffer).part(from, shape);
  }

  @Override
  public void run(Code code, Shape frames, List<View> inputs, List<View> results, boolean add) {
    long pixels = frames.dim(1);
    long columns = frames.dim(2);
    // A piece is some rows of columns, or a part of one row.
    long rows = Math.max(1, Parallel.PIECE / columns);
    long parts = (columns + Parallel.PIECE - 1) / Parallel.PIECE;
    long all = frames.dim(0) * pixels;
    long pieces = (all + rows - 1) / rows;
    Parallel.each(
        Math.toIntExact(pieces * parts),
        piece -> {
          long row = piece / parts * rows;
          long column = piece % parts * Parallel.PIECE;
          int count = (int) Math.min(rows, all - row);
          int width = (int) Math.min(Parallel.PIECE, columns - column);
          Piece p = new Piece(row, count, column, width, pixels);
          Formulas.run(code, (i, x, n) -> p.read(inputs.get(i), x), count * width);
          for (int k = 0; k < results.size(); k++) {
            p.write(Formulas.result(code, k), results.get(k), add);
          }
        });
  }

  /**
   * A part of frames: rows, of each of which so many columns.
   *
   * @param row the first one, counted over all pixels of all samples
   * @param rows how many
   * @param column the first one
   * @param width how many
   * @param pixels of a sample
   */
  private record Piece(long row, int rows, long column, int width, long pixels) {
    private long at(View v, int k) {
      long r = row + k;
      return v.from() + r / pixels * v.sample() + r % pixels * v.pixel() + column * v.column();
    }

    /** Whether rows lie behind each other. */
    private boolean isDense(View v) {
      return v.column() == 1
          && (rows == 1 || (v.pixel() == width && (v.sample() == pixels * width)));
    }

    void read(View v, float[] target) {
      NativeBuffer source = NativeBuffer.of(v.buffer());
      if (isDense(v)) {
        Floats.read(source, at(v, 0), target, 0, rows * width);
        return;
      }
      for (int k = 0; k < rows; k++) {
        if (v.column() == 1) {
          Floats.read(source, at(v, k), target, k * width, width);
        } else {
          Arrays.fill(target, k * width, (k + 1) * width, Floats.get(source, at(v, k)));
        }
      }
    }

    void write(float[] source, View v, boolean add) {
      NativeBuffer target = NativeBuffer.of(v.buffer());
      int step = isDense(v) ? rows : 1;
      for (int k = 0; k < rows; k += step) {
        if (add) {
          Floats.add(source, k * width, target, at(v, k), step * width, SUM_SLOT);
        } else {
          Floats.write(source, k * width, target, at(v, k), step * width);
        }
      }
    }
  }
}
