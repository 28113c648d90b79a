// Pooling: convlstm4j.op.Pool. Per axis, window o covers the pixels o stride - pad to o stride - pad + extent - 1, of
// which those outside the image are left out.
//   maximum   y = max x         dx_i = sum of dy over the windows in which x_i is the first, row-major, to equal y
//   average   y = sum x / taps  dx_i = sum of dy / taps over the windows that cover i; taps: pixels inside the image
// Where add, dx_i += those sums. x, dx [images, in_D, in_H, in_W, channels], y, dy [images, out_D, out_H, out_W, channels]: two spatial axes have
// D = 1, channels-first images are images of one channel. Backward gathers: a thread per element of dx asks the windows
// that cover it, in ascending order. Traffic per element of x: forward 1 read, plus y; backward maximum 2 reads, 1
// write, plus y and dy; average 1 read, 1 write, plus dy.
// Kernels pool_{max,average}_{forward,backward}. Any grid.
//
// Where maxima are taken from: convlstm4j.op.Winners, convlstm4j.op.WonAt. A window's place along one axis is that of the
// first, row-major, of its largest x, 0 if one is NaN; `count` places of `bits` bits make a number, the first lowest.
//   pool_winners_{d,h,w}  places [images, D', H', W', channels], of which one is out / count rounded up; a thread per number
//   won_at                y = x where the place of its window is `place`, else 0
// x, y [outer, windows, inner], places [outer, numbers, inner]. Traffic per element of x: pool_winners 1 read; won_at 2
// reads, 1 write. Any grid.
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
  int add;         // 0 to write dx
  const float* x;  // maximum only
  const float* y;  // maximum only
  const float* dy;
  float* dx;
  PoolGeometry g;
};

struct PoolWinners {
  unsigned bytes;
  int count;
  int bits;
  int unused;  // keeps pointers at multiples of 8
  const float* x;
  float* places;
  Divisor packed[kSpatial];
  PoolGeometry g;
};

struct WonAt {
  unsigned bytes;
  int bits;
  int place;
  int unused;
  const float* x;
  const float* places;
  float* y;
  long long n;
  long long numbers;
  Divisor windows;
  Divisor inner;
  Divisor count;
};

}  // namespace convlstm4j
