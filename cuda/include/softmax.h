// Softmax along the last axis: convlstm4j.op.Activate with SOFTMAX. Per row r of k elements:
//   forward   y_i = exp(x_i - max x) / sum_j exp(x_j - max x)
//   backward  dx_i += y_i (dy_i - sum_j dy_j y_j)
// x, y, dy, dx [rows, k]. Traffic per element: forward 1 read, 1 write (a row that leaves the cache: 3 reads); backward
// 3 reads (5), 1 write. Kernels softmax_forward_{short,long}, softmax_backward_{short,long}: one thread or one warp
// per row (rows.h). Any grid.
#pragma once

namespace convlstm4j {

struct SoftmaxForward {
  unsigned bytes;
  const float* x;
  float* y;
  long long rows;
  long long k;
};

struct SoftmaxBackward {
  unsigned bytes;
  const float* y;
  const float* dy;
  float* dx;
  long long rows;
  long long k;
};

}  // namespace convlstm4j
