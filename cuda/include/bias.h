// The bias of convolutions and of Dense. Images [N][C][P], channels first.
//   bias_add        y[n][c][p] += bias[c]                      traffic per element: 1 read, 1 write. Any grid.
//   bias_gradient   db[c] += sum over n and p of dy[n][c][p]   1 read. One block per channel; sums in double, in an
//                                                              order that depends on nothing but N and P.
#pragma once
#include "index.h"

namespace convlstm4j {

struct BiasAdd {
  unsigned bytes;
  int reserved;
  const float* bias;
  float* y;
  long long elements;  // N C P
  Divisor channels;
  Divisor pixels;
};

struct BiasGradient {
  unsigned bytes;
  int reserved;
  const float* dy;
  float* db;
  long long images;
  long long channels;
  Divisor pixels;
};

}  // namespace convlstm4j
