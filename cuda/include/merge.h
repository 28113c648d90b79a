// Joining of arrays element by element: convlstm4j.op.Merge. Over the inputs x_0 .. x_{count-1}:
//   SUM       y = sum x        dx_j = dy
//   AVERAGE   y = sum x / count   dx_j = dy / count
//   MULTIPLY  y = prod x       dx_j = dy prod_{i != j} x_i
// and += where the bit j of `written` is not set. All arrays have n floats. Traffic per element: forward count reads, 1 write; backward 1 read and count writes, a read
// more for each that is added to, MULTIPLY count reads more. Kernels merge_{sum,average,multiply}_{forward,backward}. Any grid.
#pragma once

namespace convlstm4j {

constexpr int kMaxMerged = 64;

struct MergeForward {
  unsigned bytes;
  int count;
  float* y;
  long long n;
  float share;  // 1 / count, AVERAGE only
  int unused;   // keeps the size a multiple of 8
  const float* x[kMaxMerged];
};

struct MergeBackward {
  unsigned bytes;
  int count;
  const float* dy;
  long long n;
  float share;
  int unused;
  unsigned long long written;  // bit j: dx[j] is written
  const float* x[kMaxMerged];
  float* dx[kMaxMerged];  // null where no gradient is wanted; two may be the same array
};

}  // namespace convlstm4j
