// Copies and additions between arrays with any strides: transposition, reversal, joining, conversion of layouts,
// padding. For every index (i_0, .., i_{axes-1}) below the sizes:
//   to[sum_a i_a toStride_a]  = from[sum_a i_a fromStride_a]      (copy)
//   to[sum_a i_a toStride_a] += from[sum_a i_a fromStride_a]      (add)
// No two indices share an element of `to`. Strides count elements and may be negative. Traffic per element: copy 1
// read, 1 write; add 2 reads, 1 write.
//
// Kernels, of which the plan takes the first that fits (StridedCopy.java):
//   strided_{copy,add}_x4    an element is a float4: arrays at multiples of 16 bytes, sizes and strides in float4
//   transposed_{copy,add}    the two arrays run along different axes: 32 x 32 tiles through shared memory
//   strided_{copy,add}       anything else, one thread per element
// Any grid; blocks of kBlock threads.
#pragma once
#include "index.h"

namespace convlstm4j {

constexpr int kAxes = 6;
constexpr int kBatchAxes = 4;
constexpr int kTile = 32;

struct StridedParams {
  unsigned bytes;
  int axes;
  const float* from;
  float* to;
  long long n;  // product of the sizes
  Divisor size[kAxes];
  long long fromStride[kAxes];
  long long toStride[kAxes];
};

// from[i + j fromColumn], to[i toRow + j] for i < rows, j < columns, in each position of the batch.
struct TransposedParams {
  unsigned bytes;
  int axes;  // of the batch
  const float* from;
  float* to;
  long long rows;
  long long columns;
  long long fromColumn;
  long long toRow;
  long long tiles;  // batches * down * across
  Divisor across;   // tiles along the rows
  Divisor down;     // tiles along the columns
  Divisor size[kBatchAxes];
  long long fromStride[kBatchAxes];
  long long toStride[kBatchAxes];
};

}  // namespace convlstm4j
