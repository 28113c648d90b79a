#include "update.h"

#include "not_finite.h"

namespace convlstm4j {
namespace {

/** Loads an element's inputs, changes them, stores its outputs: the inputs but the second. */
template <int Inputs, class Step>
__device__ __forceinline__ void update(const Update& p, Step step) {
  const bool changes = p.guard == nullptr || isFinite(*p.guard);
  eachOfTensors<Inputs, Inputs - 1>(p.table, [&](auto width, const TensorEntry& e, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> a[Inputs];
    for (int k = 0; k < Inputs; k++) {
      a[k] = load<W>(e.in[k] + i);
    }
    for (int k = 0; k < W; k++) {
      float v[Inputs];
      for (int j = 0; j < Inputs; j++) {
        v[j] = a[j].v[k];
      }
      if (changes) {
        step(v);
      }
      for (int j = 0; j < Inputs; j++) {
        a[j].v[k] = v[j];
      }
    }
    if (p.bad != nullptr) {
      bool good = true;
      for (int k = 0; k < W; k++) {
        for (int j = 0; j < Inputs; j++) {
          good &= j == 1 || isFinite(a[j].v[k]);
        }
      }
      if (!good) {
        setInfinite(p.bad + (&e - p.table.entry));
      }
      return;
    }
    store<W>(e.out[0] + i, a[0]);
    for (int k = 2; k < Inputs; k++) {
      store<W>(e.out[k - 1] + i, a[k]);
    }
  });
}

template <bool Momentum, bool Nesterov>
__device__ __forceinline__ void sgd(const Update& p) {
  const float rate = p.rate[0], decay = rate * p.decay;
  update<Momentum ? 3 : 2>(p, [&](float* v) {
    const float step = -rate * v[1];
    const float w = v[0] - decay * v[0];
    if constexpr (Momentum) {
      v[2] = p.momentum * v[2] + step;
      v[0] = w + (Nesterov ? p.momentum * v[2] + step : v[2]);
    } else {
      v[0] = w + step;
    }
  });
}

template <bool Momentum, bool Centered>
__device__ __forceinline__ void rmsprop(const Update& p) {
  constexpr int kMean = Momentum ? 4 : 3;
  const float rate = p.rate[0], decay = rate * p.decay;
  update<3 + Momentum + Centered>(p, [&](float* v) {
    const float g = v[1];
    v[2] = p.first * v[2] + p.second * g * g;
    float variance = v[2];
    if constexpr (Centered) {
      v[kMean] = p.first * v[kMean] + p.second * g;
      variance -= v[kMean] * v[kMean];
      variance = variance < 0.0f ? 0.0f : variance;  // below 0 only by rounding
    }
    float d = rate * g / sqrtf(variance + p.epsilon);
    if constexpr (Momentum) {
      d += p.momentum * v[3];
      v[3] = d;
    }
    v[0] = v[0] - decay * v[0] - d;
  });
}

}  // namespace

KERNEL(sgd_update, Update) { sgd<false, false>(p); }
KERNEL(sgd_momentum_update, Update) { sgd<true, false>(p); }
KERNEL(sgd_nesterov_update, Update) { sgd<true, true>(p); }

KERNEL(adam_update, Update) {
  const float decay = p.rate[0] * p.decay, alpha = p.rate[1];
  update<4>(p, [&](float* v) {
    const float g = v[1];
    v[2] += (g - v[2]) * p.first;
    v[3] += (g * g - v[3]) * p.second;
    v[0] = v[0] - decay * v[0] - alpha * v[2] / (sqrtf(v[3]) + p.epsilon);
  });
}

KERNEL(assign, Update) {
  update<2>(p, [](float* v) { v[0] = v[1]; });
}

KERNEL(rmsprop_update, Update) { rmsprop<false, false>(p); }
KERNEL(rmsprop_momentum_update, Update) { rmsprop<true, false>(p); }
KERNEL(rmsprop_centered_update, Update) { rmsprop<false, true>(p); }
KERNEL(rmsprop_centered_momentum_update, Update) { rmsprop<true, true>(p); }

}  // namespace convlstm4j
