#include "dropout.h"

#include "index.h"
#include "loops.h"

namespace convlstm4j {
namespace {

template <bool Add>
__device__ __forceinline__ float dropped(const DropoutParams& p, unsigned bits, float x, float y) {
  const float d = bits >= p.threshold ? x * p.scale : 0.0f;
  return Add ? y + d : d;
}

template <bool Add>
__device__ __forceinline__ void dropout(const DropoutParams& p) {
  const RandomKey r = known(p.random);
  each(p.n, aligned(p.x, p.y), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> a = load<W>(p.x + i);
    const Pack<W> y = Add ? load<W>(p.y + i) : Pack<W>{};
    if constexpr (W == 4) {  // i is a multiple of 4: one block of the generator
      const PhiloxBits bits = philox(r.seed, r.stream, i >> 2);
      for (int k = 0; k < W; k++) {
        a.v[k] = dropped<Add>(p, bits.v[k], a.v[k], y.v[k]);
      }
    } else {
      a.v[0] = dropped<Add>(p, philoxBits(r.seed, r.stream, i), a.v[0], y.v[0]);
    }
    store<W>(p.y + i, a);
  });
}

template <bool Add>
__device__ __forceinline__ void dropoutShared(const DropoutParams& p) {
  const RandomKey r = known(p.random);
  eachElement(p.n, [&](long long i) {
    const long long n = number(p.part, offset(i, p.axes, p.size, p.noiseStride));
    const unsigned bits = philoxBits(r.seed, r.stream, n);
    p.y[i] = dropped<Add>(p, bits, p.x[i], Add ? p.y[i] : 0.0f);
  });
}

}  // namespace

KERNEL(dropout_forward, DropoutParams) { dropout<false>(p); }
KERNEL(dropout_backward, DropoutParams) { dropout<true>(p); }
KERNEL(dropout_forward_shared, DropoutParams) { dropoutShared<false>(p); }
KERNEL(dropout_backward_shared, DropoutParams) { dropoutShared<true>(p); }

}  // namespace convlstm4j
