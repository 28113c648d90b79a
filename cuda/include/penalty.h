// A regulariser: convlstm4j.op.Penalty.
//   forward   value = (l1 sum |x_i| + l2 sum x_i^2) / divisor
//   backward  dx_i += dvalue (l1 sign(x_i) + 2 l2 x_i) / divisor
// x, dx: n floats; value, dvalue: 1 float; partial: one double per chunk (sums.h). Terms and sums are double: squares of
// floats could overflow. Traffic per element: forward 1 read; backward 2 reads, 1 write.
// penalty_partial takes any grid, then sum_finish (sum_finish.h) one block; penalty_backward any grid.
#pragma once

namespace convlstm4j {

struct PenaltyPartial {
  unsigned bytes;
  const float* x;
  long long n;
  double l1;
  double l2;
  double* partial;
};

struct PenaltyBackward {
  unsigned bytes;
  const float* x;
  const float* dvalue;
  float* dx;
  long long n;
  double l1;  // l1 / divisor
  double l2;  // 2 l2 / divisor
};

}  // namespace convlstm4j
