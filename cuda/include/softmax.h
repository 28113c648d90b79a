// Softmax along the last axis: convlstm4j.op.Activate with SOFTMAX. Per row r of k elements:
//   forward   y_i = exp(x_i - max x) / sum_j exp(x_j - max x)
//   backward  dx_i = y_i (dy_i - sum_j dy_j y_j), += where add
// x, y, dy, dx [rows, k]. Traffic per element: forward 1 read, 1 write (a row that leaves the cache: 3 reads); backward
// 2 reads (4), 1 write; where it adds, 1 read more. Kernels softmax_forward_{short,long}, softmax_backward_{short,long}: one thread or one warp
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
  int add;  // 0 to write dx
  const float* y;
  const float* dy;
  float* dx;
  long long rows;
  long long k;
};

}  // namespace convlstm4j
