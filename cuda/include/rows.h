// Work on rows of neighbouring elements, such as softmax: one thread per short row, one warp per longer one.
#pragma once
#include "kernel.h"

namespace convlstm4j {

/** Lanes that share a row; both values are instantiated and the plan picks one by the row's length. */
constexpr int kShortLanes = 1;
constexpr int kLongLanes = 32;

/** Sum over the lanes of a row, the same bits in each. */
template <int Lanes>
__device__ __forceinline__ float laneSum(float v) {
  for (int d = Lanes / 2; d > 0; d /= 2) {
    v += __shfl_xor_sync(0xffffffffu, v, d);
  }
  return v;
}

/** Maximum over the lanes of a row; NaN is left out, as by fmaxf. */
template <int Lanes>
__device__ __forceinline__ float laneMax(float v) {
  for (int d = Lanes / 2; d > 0; d /= 2) {
    v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, d));
  }
  return v;
}

/** Calls body(row, lane) with Lanes threads per row; whole warps stay together, so lanes may exchange values. */
template <int Lanes, class Body>
__device__ __forceinline__ void eachRow(long long rows, Body body) {
  constexpr int kPerBlock = kBlock / Lanes;
  const int lane = threadIdx.x % Lanes;
  ROLL
  for (long long r = (long long)blockIdx.x * kPerBlock + threadIdx.x / Lanes; r < rows;
       r += (long long)gridDim.x * kPerBlock) {
    body(r, lane);
  }
}

}  // namespace convlstm4j
