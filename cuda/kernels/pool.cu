#include "pool.h"

#include <math.h>

#include "index.h"
#include "loops.h"

namespace convlstm4j {
namespace {

/** Where an element stands. */
struct Pixel {
  long long image;
  long long channel;
  int at[kSpatial];
};

__device__ __forceinline__ Pixel pixelOf(long long i, const Divisor* size, const Divisor& channels) {
  Pixel p;
  Split s = split(i, channels);
  p.channel = s.rest;
  UNROLL
  for (int a = kSpatial - 1; a >= 0; a--) {
    s = split(s.quotient, size[a]);
    p.at[a] = (int)s.rest;
  }
  p.image = s.quotient;
  return p;
}

/** Index of pixel (0, 0, 0) of an element's image and channel, and by how much pixel (d, h, w) lies behind it. */
__device__ __forceinline__ long long origin(const Pixel& p, const int* size, const Divisor& channels) {
  return p.image * size[0] * size[1] * size[2] * channels.by + p.channel;
}

__device__ __forceinline__ long long behind(int d, int h, int w, const int* size, const Divisor& channels) {
  return (((long long)d * size[1] + h) * size[2] + w) * channels.by;
}

/** The pixels from first to end-1 of an axis. */
struct Range {
  int first;
  int end;
};

/** Pixels inside the image of window o. */
__device__ __forceinline__ Range pixels(const PoolGeometry& g, int axis, int o) {
  const int from = o * g.stride[axis] - g.pad[axis];
  const int to = from + g.extent[axis];
  return {from > 0 ? from : 0, to < g.in[axis] ? to : g.in[axis]};
}

/** Windows that cover pixel i. */
__device__ __forceinline__ Range windows(const PoolGeometry& g, int axis, int i) {
  const int stride = g.stride[axis];
  const int before = i + g.pad[axis] - g.extent[axis];  // the last window that begins here ends before i
  const int first = before < 0 ? 0 : before / stride + 1;
  const int end = (i + g.pad[axis]) / stride + 1;
  return {first, end < g.out[axis] ? end : g.out[axis]};
}

template <bool Max>
__device__ __forceinline__ void poolForward(const PoolForward& p) {
  const PoolGeometry& g = p.g;
  eachElement(g.images * g.out[0] * g.out[1] * g.out[2] * g.channels.by, [&](long long i) {
    const Pixel o = pixelOf(i, g.outSize, g.channels);
    const Range d = pixels(g, 0, o.at[0]), h = pixels(g, 1, o.at[1]), w = pixels(g, 2, o.at[2]);
    const float* image = p.x + origin(o, g.in, g.channels);
    float y = Max ? -INFINITY : 0.0f;
    ROLL
    for (int a = d.first; a < d.end; a++) {
      ROLL
      for (int b = h.first; b < h.end; b++) {
        ROLL
        for (int c = w.first; c < w.end; c++) {
          const float x = image[behind(a, b, c, g.in, g.channels)];
          if (Max) {
            y = x > y || x != x ? x : y;  // NaN stays: nothing is greater
          } else {
            y += x;
          }
        }
      }
    }
    p.y[i] = Max ? y : y / (float)((d.end - d.first) * (h.end - h.first) * (w.end - w.first));
  });
}

/** Whether x, an element that equals its window's maximum, is the first such, row-major. */
__device__ __forceinline__ bool isFirst(const float* x, const float* image, const PoolGeometry& g, int d,
                                        const Range& h, const Range& w) {
  const float most = *x;
  const float* other = image + behind(d, h.first, w.first, g.in, g.channels);
  // One loop, not three: ptxas spills the barriers of deeper nests.
  ROLL
  for (int b = h.first, c = w.first; *other != most;) {  // x itself ends the search
    if (++c == w.end) {
      c = w.first;
      if (++b == h.end) {
        b = h.first;
        d++;
      }
    }
    other = image + behind(d, b, c, g.in, g.channels);
  }
  return other == x;
}

template <bool Max>
__device__ __forceinline__ void poolBackward(const PoolBackward& p) {
  const PoolGeometry& g = p.g;
  eachElement(g.images * g.in[0] * g.in[1] * g.in[2] * g.channels.by, [&](long long i) {
    const Pixel pixel = pixelOf(i, g.inSize, g.channels);
    const Range d = windows(g, 0, pixel.at[0]), h = windows(g, 1, pixel.at[1]), w = windows(g, 2, pixel.at[2]);
    const float* image = p.x + origin(pixel, g.in, g.channels);
    const long long first = origin(pixel, g.out, g.channels);
    float sum = 0.0f;
    const bool covered = h.first < h.end && w.first < w.end;  // steps longer than windows leave pixels out
    ROLL
    for (int a = d.first, b = h.first, c = w.first; covered && a < d.end;) {
      const Range rd = pixels(g, 0, a), rh = pixels(g, 1, b), rw = pixels(g, 2, c);
      const long long o = first + behind(a, b, c, g.out, g.channels);
      if (!Max) {
        sum += p.dy[o] / (float)((rd.end - rd.first) * (rh.end - rh.first) * (rw.end - rw.first));
      } else if (p.x[i] == p.y[o] && isFirst(p.x + i, image, g, rd.first, rh, rw)) {
        sum += p.dy[o];
      }
      if (++c == w.end) {
        c = w.first;
        if (++b == h.end) {
          b = h.first;
          a++;
        }
      }
    }
    p.dx[i] = p.add != 0 ? p.dx[i] + sum : sum;
  });
}

/** Place of a window's winner along an axis. */
template <int Axis>
__device__ __forceinline__ int winner(const float* image, const PoolGeometry& g, const Divisor& channels, const int* o) {
  const Range d = pixels(g, 0, o[0]), h = pixels(g, 1, o[1]), w = pixels(g, 2, o[2]);
  const int start = o[Axis] * g.stride[Axis] - g.pad[Axis];
  int best = (Axis == 0 ? d : Axis == 1 ? h : w).first;
  float most = -INFINITY;
  ROLL
  for (int a = d.first, b = h.first, c = w.first; a < d.end;) {
    const float x = image[behind(a, b, c, g.in, channels)];
    if (x > most) {
      most = x;
      best = Axis == 0 ? a : Axis == 1 ? b : c;
    }
    if (x != x) {
      return 0;
    }
    if (++c == w.end) {
      c = w.first;
      if (++b == h.end) {
        b = h.first;
        a++;
      }
    }
  }
  return best - start;
}

template <int Axis>
__device__ __forceinline__ void poolWinners(const PoolWinners& p) {
  const PoolGeometry& g = p.g;
  const long long n = g.images * p.packed[0].by * p.packed[1].by * p.packed[2].by * g.channels.by;
  eachElement(n, [&](long long i) {
    Pixel o = pixelOf(i, p.packed, g.channels);
    const float* image = p.x + origin(o, g.in, g.channels);
    const int from = o.at[Axis] * p.count;
    const int left = g.out[Axis] - from;
    int number = 0;
    ROLL
    for (int k = 0; k < (left < p.count ? left : p.count); k++) {
      o.at[Axis] = from + k;
      number |= winner<Axis>(image, g, g.channels, o.at) << (k * p.bits);
    }
    p.places[i] = (float)number;
  });
}

}  // namespace

KERNEL(pool_winners_d, PoolWinners) { poolWinners<0>(p); }
KERNEL(pool_winners_h, PoolWinners) { poolWinners<1>(p); }
KERNEL(pool_winners_w, PoolWinners) { poolWinners<2>(p); }

KERNEL(won_at, WonAt) {
  eachElement(p.n, [&](long long i) {
    const Split row = split(i, p.inner);
    const Split window = split(row.quotient, p.windows);
    const Split digit = split(window.rest, p.count);
    const int number = (int)p.places[(window.quotient * p.numbers + digit.quotient) * p.inner.by + row.rest];
    const int place = number >> ((int)digit.rest * p.bits) & ((1 << p.bits) - 1);
    p.y[i] = place == p.place ? p.x[i] : 0.0f;
  });
}

KERNEL(pool_max_forward, PoolForward) { poolForward<true>(p); }
KERNEL(pool_average_forward, PoolForward) { poolForward<false>(p); }
KERNEL(pool_max_backward, PoolBackward) { poolBackward<true>(p); }
KERNEL(pool_average_backward, PoolBackward) { poolBackward<false>(p); }

}  // namespace convlstm4j
