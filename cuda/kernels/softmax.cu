#include "softmax.h"

#include <math.h>

#include "rows.h"

namespace convlstm4j {
namespace {

template <int Lanes>
__device__ __forceinline__ void softmaxForward(const SoftmaxForward& p) {
  eachRow<Lanes>(p.rows, [&](long long row, int lane) {
    const float* x = p.x + row * p.k;
    float* y = p.y + row * p.k;
    float most = -INFINITY;
    ROLL
    for (long long i = lane; i < p.k; i += Lanes) {
      most = fmaxf(most, x[i]);
    }
    most = laneMax<Lanes>(most);
    float sum = 0.0f;
    ROLL
    for (long long i = lane; i < p.k; i += Lanes) {
      sum += expf(x[i] - most);
    }
    sum = laneSum<Lanes>(sum);
    ROLL
    for (long long i = lane; i < p.k; i += Lanes) {
      y[i] = expf(x[i] - most) / sum;
    }
  });
}

template <int Lanes>
__device__ __forceinline__ void softmaxBackward(const SoftmaxBackward& p) {
  eachRow<Lanes>(p.rows, [&](long long row, int lane) {
    const float* y = p.y + row * p.k;
    const float* dy = p.dy + row * p.k;
    float* dx = p.dx + row * p.k;
    float sum = 0.0f;
    ROLL
    for (long long i = lane; i < p.k; i += Lanes) {
      sum += dy[i] * y[i];
    }
    sum = laneSum<Lanes>(sum);
    ROLL
    for (long long i = lane; i < p.k; i += Lanes) {
      const float d = y[i] * (dy[i] - sum);
      dx[i] = p.add != 0 ? dx[i] + d : d;
    }
  });
}

}  // namespace

KERNEL(softmax_forward_short, SoftmaxForward) { softmaxForward<kShortLanes>(p); }
KERNEL(softmax_forward_long, SoftmaxForward) { softmaxForward<kLongLanes>(p); }
KERNEL(softmax_backward_short, SoftmaxBackward) { softmaxBackward<kShortLanes>(p); }
KERNEL(softmax_backward_long, SoftmaxBackward) { softmaxBackward<kLongLanes>(p); }

}  // namespace convlstm4j
