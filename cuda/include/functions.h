// The element-wise activation functions and their derivatives, as convlstm4j.option.Activation defines them; softmax is
// in kernels/softmax.cu. They hand NaN on and are safe where exp overflows.
#pragma once
#include <cmath>

#include "kernel.h"

namespace convlstm4j {

/** Every element-wise function: its name in kernels' names, lower case of convlstm4j.option.Activation.Kind. */
#define CONVLSTM4J_FUNCTIONS(DO) \
  DO(linear)                     \
  DO(relu)                       \
  DO(tanh)                       \
  DO(sigmoid)                    \
  DO(hard_sigmoid_keras2)        \
  DO(hard_sigmoid_keras3)        \
  DO(elu)                        \
  DO(leaky_relu)                 \
  DO(softplus)                   \
  DO(swish)

__device__ __forceinline__ float sigmoidf(float x) { return 1.0f / (1.0f + expf(-x)); }

__device__ __forceinline__ float clipf(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

// One struct per function, with
//   value(x, alpha)            f(x)
//   kFromValue                 whether slope() wants y = f(x); otherwise it wants x
//   slope(x or y, alpha)       f'(x)
namespace function {

struct linear {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return x; }
  static __device__ __forceinline__ float slope(float, float) { return 1.0f; }
};

struct relu {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return x <= 0.0f ? 0.0f : x; }
  static __device__ __forceinline__ float slope(float y, float) { return y > 0.0f ? 1.0f : 0.0f; }
};

struct tanh {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return tanhf(x); }
  static __device__ __forceinline__ float slope(float y, float) { return 1.0f - y * y; }
};

struct sigmoid {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return sigmoidf(x); }
  static __device__ __forceinline__ float slope(float y, float) { return y * (1.0f - y); }
};

struct hard_sigmoid_keras2 {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return clipf(0.2f * x + 0.5f, 0.0f, 1.0f); }
  static __device__ __forceinline__ float slope(float y, float) { return y > 0.0f && y < 1.0f ? 0.2f : 0.0f; }
};

struct hard_sigmoid_keras3 {
  static constexpr bool kFromValue = true;
  static __device__ __forceinline__ float value(float x, float) { return clipf(x + 3.0f, 0.0f, 6.0f) / 6.0f; }
  static __device__ __forceinline__ float slope(float y, float) { return y > 0.0f && y < 1.0f ? 1.0f / 6.0f : 0.0f; }
};

struct elu {
  static constexpr bool kFromValue = false;  // y + alpha loses all digits near -alpha
  static __device__ __forceinline__ float value(float x, float alpha) { return x > 0.0f ? x : alpha * expm1f(x); }
  static __device__ __forceinline__ float slope(float x, float alpha) { return x > 0.0f ? 1.0f : alpha * expf(x); }
};

struct leaky_relu {
  static constexpr bool kFromValue = false;  // with a negative slope a value has two arguments
  static __device__ __forceinline__ float value(float x, float alpha) { return x > 0.0f ? x : alpha * x; }
  static __device__ __forceinline__ float slope(float x, float alpha) { return x > 0.0f ? 1.0f : alpha; }
};

struct softplus {
  static constexpr bool kFromValue = false;
  static __device__ __forceinline__ float value(float x, float) { return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x))); }
  static __device__ __forceinline__ float slope(float x, float) { return sigmoidf(x); }
};

struct swish {
  static constexpr bool kFromValue = false;
  static __device__ __forceinline__ float value(float x, float) { return x * sigmoidf(x); }
  static __device__ __forceinline__ float slope(float x, float) {
    const float s = sigmoidf(x);
    return s + x * s * (1.0f - s);
  }
};

}  // namespace function

// A function as kernels are given it, one of
//   Known<function::F>   known when the kernel is compiled
//   Chosen               known when it is launched, by its number: all threads take the same branch
// with value, slope and fromValue as above, and the number.

template <class F>
struct Known {
  static __device__ __forceinline__ float value(float x, float alpha, int) { return F::value(x, alpha); }
  static __device__ __forceinline__ float slope(float at, float alpha, int) { return F::slope(at, alpha); }
  static __device__ __forceinline__ constexpr bool fromValue(int) { return F::kFromValue; }
};

/** Numbers of functions: places in CONVLSTM4J_FUNCTIONS, from 0. */
enum Function {
#define CONVLSTM4J_NUMBER(F) kFunction_##F,
  CONVLSTM4J_FUNCTIONS(CONVLSTM4J_NUMBER)
#undef CONVLSTM4J_NUMBER
};

struct Chosen {
  // A number that is no function's gives NaN.
#define CONVLSTM4J_VALUE(F) \
  case kFunction_##F:       \
    return ::convlstm4j::function::F::value(x, alpha);
  static __device__ __forceinline__ float value(float x, float alpha, int function) {
    switch (function) {
      CONVLSTM4J_FUNCTIONS(CONVLSTM4J_VALUE)
      default:
        return NAN;
    }
  }
#undef CONVLSTM4J_VALUE

#define CONVLSTM4J_SLOPE(F) \
  case kFunction_##F:       \
    return ::convlstm4j::function::F::slope(at, alpha);
  static __device__ __forceinline__ float slope(float at, float alpha, int function) {
    switch (function) {
      CONVLSTM4J_FUNCTIONS(CONVLSTM4J_SLOPE)
      default:
        return NAN;
    }
  }
#undef CONVLSTM4J_SLOPE

#define CONVLSTM4J_FROM_VALUE(F) (::convlstm4j::function::F::kFromValue ? 1 << kFunction_##F : 0) |
  static __device__ __forceinline__ bool fromValue(int function) {
    constexpr int all = CONVLSTM4J_FUNCTIONS(CONVLSTM4J_FROM_VALUE) 0;
    return (all >> function & 1) != 0;
  }
#undef CONVLSTM4J_FROM_VALUE
};

}  // namespace convlstm4j
