#include "merge.h"

#include "loops.h"

namespace convlstm4j {
namespace {

enum class Mode { kSum, kAverage, kMultiply };

__device__ __forceinline__ bool allAligned(const float* const* arrays, int count) {
  bool all = true;
  for (int j = 0; j < count; j++) {
    all &= aligned(arrays[j]);
  }
  return all;
}

template <Mode M>
__device__ __forceinline__ void mergeForward(const MergeForward& p) {
  each(p.n, aligned(p.y) && allAligned(p.x, p.count), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> joined = load<W>(p.x[0] + i);
    ROLL
    for (int j = 1; j < p.count; j++) {
      const Pack<W> x = load<W>(p.x[j] + i);
      for (int k = 0; k < W; k++) {
        joined.v[k] = M == Mode::kMultiply ? joined.v[k] * x.v[k] : joined.v[k] + x.v[k];
      }
    }
    for (int k = 0; k < W; k++) {
      joined.v[k] = M == Mode::kAverage ? joined.v[k] * p.share : joined.v[k];
    }
    store<W>(p.y + i, joined);
  });
}

template <Mode M>
__device__ __forceinline__ void mergeBackward(const MergeBackward& p) {
  const bool packed = aligned(p.dy) && allAligned(p.dx, p.count) && (M != Mode::kMultiply || allAligned(p.x, p.count));
  each(p.n, packed, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> dy = load<W>(p.dy + i);
    ROLL
    for (int j = 0; j < p.count; j++) {
      if (p.dx[j] == nullptr) {
        continue;
      }
      Pack<W> d = dy;
      if (M == Mode::kMultiply) {
        ROLL
        for (int o = 0; o < p.count; o++) {
          const Pack<W> x = load<W>(p.x[o] + i);
          UNROLL
          for (int k = 0; k < W; k++) {
            d.v[k] *= o == j ? 1.0f : x.v[k];
          }
        }
      }
      Pack<W> sum = (p.written >> j & 1) == 0 ? load<W>(p.dx[j] + i) : Pack<W>{};
      for (int k = 0; k < W; k++) {
        sum.v[k] += M == Mode::kAverage ? d.v[k] * p.share : d.v[k];
      }
      store<W>(p.dx[j] + i, sum);
    }
  });
}

}  // namespace

KERNEL(merge_sum_forward, MergeForward) { mergeForward<Mode::kSum>(p); }
KERNEL(merge_average_forward, MergeForward) { mergeForward<Mode::kAverage>(p); }
KERNEL(merge_multiply_forward, MergeForward) { mergeForward<Mode::kMultiply>(p); }
KERNEL(merge_sum_backward, MergeBackward) { mergeBackward<Mode::kSum>(p); }
KERNEL(merge_average_backward, MergeBackward) { mergeBackward<Mode::kAverage>(p); }
KERNEL(merge_multiply_backward, MergeBackward) { mergeBackward<Mode::kMultiply>(p); }

}  // namespace convlstm4j
