#include "strided_copy.h"

#include "index.h"
#include "loops.h"

namespace convlstm4j {
namespace {

template <int W, bool Add>
__device__ __forceinline__ void strided(const StridedParams& p) {
  eachElement(p.n, [&](long long i) {
    long long rest = i, from = 0, to = 0;
    ROLL
    for (int a = p.axes - 1; a >= 0; a--) {
      const Split s = a == 0 ? Split{0, rest} : split(rest, p.size[a]);
      from += s.rest * p.fromStride[a];
      to += s.rest * p.toStride[a];
      rest = s.quotient;
    }
    Pack<W> v = load<W>(p.from + W * from);
    if (Add) {
      const Pack<W> old = load<W>(p.to + W * to);
      for (int k = 0; k < W; k++) {
        v.v[k] += old.v[k];
      }
    }
    store<W>(p.to + W * to, v);
  });
}

constexpr int kTileRows = kBlock / kTile;

/** Reads along rows of the source and writes along rows of the target, both as whole warps. */
template <bool Add>
__device__ __forceinline__ void transposed(const TransposedParams& p) {
  __shared__ float tile[kTile][kTile + 1];  // one more, so that a column lies in 32 banks
  const int x = (int)threadIdx.x % kTile, y = (int)threadIdx.x / kTile;
  for (long long t = blockIdx.x; t < p.tiles; t += gridDim.x) {
    const Split place = split(t, p.across);
    const Split outer = split(place.quotient, p.down);
    const long long row = place.rest * kTile, column = outer.rest * kTile;
    const float* from = p.from + offset(outer.quotient, p.axes, p.size, p.fromStride);
    float* to = p.to + offset(outer.quotient, p.axes, p.size, p.toStride);
    for (int j = y; j < kTile; j += kTileRows) {
      if (row + x < p.rows && column + j < p.columns) {
        tile[j][x] = from[row + x + (column + j) * p.fromColumn];
      }
    }
    __syncthreads();
    for (int j = y; j < kTile; j += kTileRows) {
      if (row + j < p.rows && column + x < p.columns) {
        float* target = to + (row + j) * p.toRow + column + x;
        *target = Add ? *target + tile[x][j] : tile[x][j];
      }
    }
    __syncthreads();
  }
}

}  // namespace

KERNEL(strided_copy, StridedParams) { strided<1, false>(p); }
KERNEL(strided_add, StridedParams) { strided<1, true>(p); }
KERNEL(strided_copy_x4, StridedParams) { strided<4, false>(p); }
KERNEL(strided_add_x4, StridedParams) { strided<4, true>(p); }
KERNEL(transposed_copy, TransposedParams) { transposed<false>(p); }
KERNEL(transposed_add, TransposedParams) { transposed<true>(p); }

}  // namespace convlstm4j
