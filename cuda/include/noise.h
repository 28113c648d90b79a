// Normally distributed random numbers: convlstm4j.op.Noise, by Box and Muller (Annals of Mathematical Statistics 29,
// 1958) from the uniform numbers 2n and 2n + 1 of a stream of Philox4x32-10 (philox.h), in double, as
// convlstm4j.tensor.Philox has them:
//   y[i] = mean + deviation sqrt(-2 log u[2n]) cos(2 pi u[2n + 1]),   u = (bits + 1/2) 2^-32, n = number of i in part
// y: n floats, written once. Any grid.
#pragma once
#include "philox.h"

namespace convlstm4j {

struct NoiseParams {
  unsigned bytes;
  unsigned unused;
  float* y;
  long long n;
  RandomKey random;
  double mean;
  double deviation;
  RandomPart part;
};

}  // namespace convlstm4j
