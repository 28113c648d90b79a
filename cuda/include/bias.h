// The bias of convolutions and of Dense. Images [N][C][P], channels first.
//   bias_add        y[n][c][p] += bias[c]                      traffic per element: 1 read, 1 write. Any grid.
// Its gradient is a sum over groups (group_sums.h): one per channel.
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

}  // namespace convlstm4j
