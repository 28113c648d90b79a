// Inverted dropout: convlstm4j.op.Drop. With bits(i) number i of a stream of Philox4x32-10 (philox.h):
//   kept(i)   bits(noise index of i) >= threshold, threshold = floor(rate 2^32)
//   forward   y[i] = kept(i) ? x[i] / (1 - rate) : 0
//   backward  y[i] += kept(i) ? x[i] / (1 - rate) : 0         x = dy, y = dx: the mask is drawn again, not stored
// x, y: n floats. Traffic per element: forward 1 read, 1 write; backward 2 reads, 1 write.
// Kernels dropout_{forward,backward}: one decision per element; dropout_{forward,backward}_shared: the noise index is
// the sum over axes of (index along the axis) * noiseStride, 0 along an axis that shares decisions; part says which
// numbers of the stream those are. Any grid.
#pragma once
#include "index.h"
#include "philox.h"

namespace convlstm4j {

constexpr int kNoiseAxes = 8;

struct DropoutParams {
  unsigned bytes;
  unsigned threshold;
  const float* x;
  float* y;
  long long n;
  RandomKey random;
  float scale;  // 1 / (1 - rate)
  int axes;  // 0 where every element has its own decision
  Divisor size[kNoiseAxes];
  long long noiseStride[kNoiseAxes];
  RandomPart part;  // of the kernels *_shared
};

}  // namespace convlstm4j
