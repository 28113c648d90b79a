package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Groups;

/** Lays an array out as a larger one, an element counting for all of its group. */
final class Spread {
  private Spread() {}

  static float[] of(float[] x, Groups g, int elements) {
    float[] all = new float[elements];
    g.each(
        (e, n, group, step) -> {
          for (int k = 0, from = group; k < n; k++, from += step) {
            all[e + k] = x[from];
          }
        });
    return all;
  }
}
