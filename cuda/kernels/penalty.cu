#include "penalty.h"

#include "loops.h"
#include "sum_finish.h"
#include "sums.h"

namespace convlstm4j {

KERNEL(penalty_partial, PenaltyPartial) {
  chunkSums(p.n, p.partial, [&](long long i) {
    const double x = p.x[i];
    return p.l1 * fabs(x) + p.l2 * (x * x);
  });
}

KERNEL(penalty_backward, PenaltyBackward) {
  const float l1 = (float)(*p.dvalue * p.l1);
  const float l2 = (float)(*p.dvalue * p.l2);
  each(p.n, aligned(p.x, p.dx), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> x = load<W>(p.x + i);
    Pack<W> d = load<W>(p.dx + i);
    for (int k = 0; k < W; k++) {
      const float sign = x.v[k] > 0.0f ? 1.0f : x.v[k] < 0.0f ? -1.0f : x.v[k];  // 0 for 0, NaN for NaN
      d.v[k] += l1 * sign + l2 * x.v[k];
    }
    store<W>(p.dx + i, d);
  });
}

KERNEL(sum_finish, SumFinish) {
  __shared__ double scratch[kBlock];
  const double sum = sumOfPartials(p.partial, p.n, scratch);
  if (threadIdx.x == 0) {
    *p.value = (float)(p.scale * sum);
  }
}

}  // namespace convlstm4j
