// Weighted sums along an axis by a fixed table: convlstm4j.op.Resample. The arrays are [outer, n, inner] and [outer,
// rows, inner], the table a sparse matrix of `rows` rows, row r from start[r] to start[r + 1] - 1:
//   forward   to[o, r, i]  = sum_k weight[k] from[o, index[k], i]
//   backward  to[o, r, i] += sum_k weight[k] from[o, index[k], i]    from = dy, to = dx, with the transposed table
// Traffic per element of `to`: as many reads as its row has entries, 1 write; backward 1 read more.
// Kernels resample_{forward,backward}. Any grid.
#pragma once
#include "index.h"

namespace convlstm4j {

struct ResampleParams {
  unsigned bytes;
  unsigned unused;
  const float* from;
  float* to;
  const int* start;
  const int* index;
  const float* weight;
  long long n;         // size of `from` along the axis
  long long elements;  // of `to`
  Divisor inner;
  Divisor rows;
};

}  // namespace convlstm4j
