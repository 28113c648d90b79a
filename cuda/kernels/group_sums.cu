#include "group_sums.h"

namespace convlstm4j {
namespace {

struct Plain {
  const float* x;
  double a = 0, b = 0;

  __device__ __forceinline__ Plain(const GroupSums& p, long long, long long) : x(p.x) {}

  __device__ __forceinline__ void add(const long long (&at)[kBatch]) {
    float sum = 0;
    UNROLL
    for (int k = 0; k < kBatch; k++) {
      sum += x[at[k]];
    }
    a += sum;
  }

  __device__ __forceinline__ void add(long long at) { a += x[at]; }
};

}  // namespace

KERNEL(group_sums, GroupSums) { groupSums<Plain>(p.groups, p.partial, p); }

KERNEL(group_sums_finish, GroupSumsFinish) {
  eachElement(p.groups, [&](long long g) {
    double sum = 0;
    ROLL
    for (long long s = 0; s < p.splits; s++) {
      sum += p.partial[2 * (s * p.groups + g)];
    }
    const float value = (float)(p.scale * sum);
    p.y[g] = p.add ? p.y[g] + value : value;
  });
}

KERNEL(group_spread, GroupSpread) {
  eachInGroup(p.map, aligned(p.dx), [&](auto width, long long i, long long group, long long step) {
    constexpr int W = decltype(width)::value;
    Pack<W> d = p.add != 0 ? load<W>(p.dx + i) : Pack<W>{};
    for (int k = 0; k < W; k++) {
      d.v[k] += p.factor * p.dy[group + k * step];
    }
    store<W>(p.dx + i, d);
  });
}

}  // namespace convlstm4j
