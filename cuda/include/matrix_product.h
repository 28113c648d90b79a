// Products of matrices in batches: convlstm4j.op.MatMul, forward and backward. With strides, so that any operand may be
// transposed, for every b below batches:
//   y[b, m, n]  = sum_k x[b xBatch + m xRow + k xColumn] w[b wBatch + k wRow + n wColumn]    (matrix_product)
//   y[b, m, n] += ..                                                                         (matrix_product_add)
// y is [batches, rows, columns], row-major. A block computes tiles of 16 x 16 elements of y, over tiles of 16 terms in
// shared memory; sums run in the order of k. Traffic: each operand is read once for every 16 rows or columns of y.
// Any grid; blocks of kBlock threads.
#pragma once
#include "index.h"

namespace convlstm4j {

constexpr int kProductTile = 16;

struct MatrixProductParams {
  unsigned bytes;
  unsigned unused;
  const float* x;
  const float* w;
  float* y;
  long long rows;
  long long columns;
  long long terms;
  long long tiles;  // batches * down * across
  long long xBatch;
  long long xRow;
  long long xColumn;
  long long wBatch;
  long long wRow;
  long long wColumn;
  Divisor across;  // tiles along a row of y
  Divisor down;    // tiles along a column of y
};

}  // namespace convlstm4j
