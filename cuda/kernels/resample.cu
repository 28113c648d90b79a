#include "resample.h"

#include "loops.h"

namespace convlstm4j {
namespace {

template <bool Add>
__device__ __forceinline__ void resample(const ResampleParams& p) {
  eachElement(p.elements, [&](long long e) {
    const Split place = split(e, p.inner);
    const Split row = split(place.quotient, p.rows);
    const float* from = p.from + row.quotient * p.n * p.inner.by + place.rest;
    float sum = 0.0f;
    ROLL
    for (int k = p.start[row.rest]; k < p.start[row.rest + 1]; k++) {
      sum += p.weight[k] * from[p.index[k] * p.inner.by];
    }
    p.to[e] = Add ? p.to[e] + sum : sum;
  });
}

}  // namespace

KERNEL(resample_forward, ResampleParams) { resample<false>(p); }
KERNEL(resample_backward, ResampleParams) { resample<true>(p); }

}  // namespace convlstm4j
