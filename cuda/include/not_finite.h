// Which of many arrays hold NaN or an infinity, all in one launch: convlstm4j.op.NotFinite.
//   not_finite   bad[j] = infinity where an element of array j is not finite; bad is 0 before. Any grid.
// Traffic per element: 1 read. Threads set the same bits by an integer operation, so their order does not matter.
#pragma once
#include "tensors.h"

namespace convlstm4j {

constexpr int kMaxChecked = 256;  // arrays per launch

struct CheckedArray {
  const float* x;
  long long size;
  long long firstChunk;  // chunks of kTensorChunk elements of the arrays before it
};

struct NotFinite {
  unsigned bytes;
  int count;
  float* bad;
  long long chunks;
  CheckedArray array[kMaxChecked];
};

/** Whether a number is neither NaN nor infinite. */
__device__ __forceinline__ bool isFinite(float x) { return x - x == 0.0f; }

/** Makes 0, or infinity, infinity; many threads may at once. */
__device__ __forceinline__ void setInfinite(float* to) { atomicOr(reinterpret_cast<unsigned*>(to), 0x7f800000u); }

}  // namespace convlstm4j
