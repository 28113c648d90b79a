// Pooling: convlstm4j.op.Pool. Per axis, window o covers the pixels o stride - pad to o stride - pad + extent - 1, of
// which those outside the image are left out.
//   maximum   y = max x         dx_i += sum of dy over the windows in which x_i is the first, row-major, to equal y
//   average   y = sum x / taps  dx_i += sum of dy / taps over the windows that cover i; taps: pixels inside the image
// x, dx [images, in_D, in_H, in_W, channels], y, dy [images, out_D, out_H, out_W, channels]: two spatial axes have
// D = 1, channels-first images are images of one channel. Backward gathers: a thread per element of dx asks the windows
// that cover it, in ascending order. Traffic per element of x: forward 1 read, plus y; backward maximum 2 reads, 1
// write, plus y and dy; average 1 read, 1 write, plus dy.
// Kernels pool_{max,average}_{forward,backward}. Any grid.
#pragma once
#include "index.h"

namespace convlstm4j {

constexpr int kSpatial = 3;

struct PoolGeometry {
  long long images;
  Divisor channels;
  Divisor inSize[kSpatial];
  Divisor outSize[kSpatial];
  int in[kSpatial];
  int out[kSpatial];
  int extent[kSpatial];
  int stride[kSpatial];
  int pad[kSpatial];
  int unused;  // keeps the size a multiple of 8
};

struct PoolForward {
  unsigned bytes;
  const float* x;
  float* y;
  PoolGeometry g;
};

struct PoolBackward {
  unsigned bytes;
  const float* x;  // maximum only
  const float* y;  // maximum only
  const float* dy;
  float* dx;
  PoolGeometry g;
};

}  // namespace convlstm4j
