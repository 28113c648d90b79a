#include "functions.h"
#include "index.h"
#include "loops.h"
#include "sums.h"
#include "weighted_loss.h"

namespace convlstm4j {
namespace {

/** Keras's backend.epsilon(): the least probability that a cross-entropy sees; 1 minus it is the greatest. */
constexpr float kLeast = 1e-7f;
constexpr double kMost = 1 - 1e-7;  // between two floats

struct SquaredError {
  static __device__ __forceinline__ float value(float p, float t, float) { return (p - t) * (p - t); }
  static __device__ __forceinline__ float slope(float p, float t, float) { return 2.0f * (p - t); }
};

struct AbsoluteError {
  static __device__ __forceinline__ float value(float p, float t, float) { return fabsf(p - t); }
  static __device__ __forceinline__ float slope(float p, float t, float) {
    const float e = p - t;
    return e > 0.0f ? 1.0f : e < 0.0f ? -1.0f : e;
  }
};

struct Huber {
  static __device__ __forceinline__ float value(float p, float t, float delta) {
    const float e = fabsf(p - t);
    return e > delta ? delta * (e - 0.5f * delta) : 0.5f * e * e;
  }
  static __device__ __forceinline__ float slope(float p, float t, float delta) { return clipf(p - t, -delta, delta); }
};

struct BinaryCrossentropy {
  /** log p and log(1-p) of a clipped p, each from the form of p that has all digits. */
  static __device__ __forceinline__ float value(float p, float t, float) {
    if (p < kLeast) {
      return -(t * logf(kLeast) + (1.0f - t) * log1pf(-kLeast));
    }
    if (p > kMost) {
      return -(t * log1pf(-kLeast) + (1.0f - t) * logf(kLeast));
    }
    return -(t * logf(p) + (1.0f - t) * log1pf(-p));
  }
  static __device__ __forceinline__ float slope(float p, float t, float) {
    return p < kLeast || p > kMost ? 0.0f : (p - t) / (p * (1.0f - p));
  }
};

struct BinaryCrossentropyLogits {
  static __device__ __forceinline__ float value(float z, float t, float) {
    return fmaxf(z, 0.0f) - z * t + log1pf(expf(-fabsf(z)));
  }
  static __device__ __forceinline__ float slope(float z, float t, float) { return sigmoidf(z) - t; }
};

template <class Loss>
__device__ __forceinline__ void lossForward(const LossForward& p) {
  chunkSums(p.positions * p.k.by, p.partial, [&](long long i) {
    const float weight = weightOf(p.weight, i, p.k);
    if (weight == 0.0f) {
      return 0.0;
    }
    const float target = p.target[i] * p.keep + p.smooth;
    return (double)weight * Loss::value(p.prediction[i], target, p.delta);
  });
}

template <class Loss>
__device__ __forceinline__ void lossBackward(const LossBackward& p) {
  const double factor = *p.dvalue * p.scale;
  eachElement(p.positions * p.k.by, [&](long long i) {
    const float weight = weightOf(p.weight, i, p.k);
    float d = 0.0f;
    if (weight != 0.0f) {
      const float target = p.target[i] * p.keep + p.smooth;
      d = (float)(factor * weight) * Loss::slope(p.prediction[i], target, p.delta);
    }
    p.dprediction[i] = p.add != 0 ? p.dprediction[i] + d : d;
  });
}

}  // namespace

#define DEFINE(name, Loss)                                            \
  KERNEL(loss_##name##_forward, LossForward) { lossForward<Loss>(p); } \
  KERNEL(loss_##name##_backward, LossBackward) { lossBackward<Loss>(p); }

DEFINE(mean_squared_error, SquaredError)
DEFINE(mean_absolute_error, AbsoluteError)
DEFINE(huber, Huber)
DEFINE(binary_crossentropy, BinaryCrossentropy)
DEFINE(binary_crossentropy_logits, BinaryCrossentropyLogits)
#undef DEFINE

}  // namespace convlstm4j
