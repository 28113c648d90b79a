package convlstm4j.layer;

import convlstm4j.tensor.Philox;

/**
 * Random orthogonal matrices: Q of the QR factorisation of a normal matrix, its columns' signs
 * those of R's diagonal, so that all are equally likely (Mezzadri 2007, arXiv:math-ph/0609050). By
 * Householder reflections (Golub and Van Loan, section 5.2), which keep Q orthogonal to rounding.
 */
final class OrthogonalMatrix {
  private OrthogonalMatrix() {}

  /** A row-major matrix with orthonormal rows or columns, whichever are fewer, times gain. */
  static double[] draw(int rows, int cols, double gain, Philox random) {
    int m = Math.max(rows, cols);
    int n = Math.min(rows, cols);
    // Column-major, so that every reflection runs along contiguous memory.
    double[][] a = new double[n][m];
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        a[j][i] = random.normal((long) i * n + j);
      }
    }
    double[][] q = orthonormal(a, m);
    double[] out = new double[m * n];
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        out[rows >= cols ? i * n + j : j * m + i] = gain * q[j][i];
      }
    }
    return out;
  }

  /** Q's columns; a's columns are overwritten by the reflections. */
  private static double[][] orthonormal(double[][] a, int m) {
    int n = a.length;
    double[] beta = new double[n];
    double[] sign = new double[n];
    for (int k = 0; k < n; k++) {
      double[] v = a[k];
      double norm = Math.sqrt(dot(v, v, k, m));
      // R's diagonal is -sign(v_k) norm: that sign avoids cancellation in v_k.
      double diagonal = v[k] > 0 ? -norm : norm;
      sign[k] = diagonal < 0 ? -1 : 1;
      v[k] -= diagonal;
      double square = dot(v, v, k, m);
      beta[k] = square == 0 ? 0 : 2 / square;
      for (int j = k + 1; j < n; j++) {
        reflect(v, beta[k], a[j], k, m);
      }
    }
    double[][] q = new double[n][m];
    for (int j = 0; j < n; j++) {
      q[j][j] = sign[j];
      for (int k = j; k >= 0; k--) {
        reflect(a[k], beta[k], q[j], k, m);
      }
    }
    return q;
  }

  private static void reflect(double[] v, double beta, double[] x, int from, int to) {
    double factor = beta * dot(v, x, from, to);
    for (int i = from; i < to; i++) {
      x[i] -= factor * v[i];
    }
  }

  private static double dot(double[] x, double[] y, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
