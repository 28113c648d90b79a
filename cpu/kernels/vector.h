// Vectors of the instruction set that this file is compiled for, and the activations on them. Included inside the
// namespace of that instruction set: nothing here may be shared between two of them.
#include <cstdint>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "kernels.h"

namespace convlstm4j {
namespace ISA {

#if defined(__AVX512F__)
constexpr int64_t kLanes = 16;
#elif defined(__AVX__)
constexpr int64_t kLanes = 8;
#else
constexpr int64_t kLanes = 4;
#endif

typedef float V __attribute__((vector_size(4 * kLanes)));
typedef int32_t I __attribute__((vector_size(4 * kLanes)));

static inline V splat(float x) { return x - V{}; }

// A vector at any float. Unlike a copy of bytes it is known to leave pointers and sizes alone, which then stay in registers.
typedef float Unaligned __attribute__((vector_size(4 * kLanes), aligned(4)));

static inline V load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
static inline void store(float* p, V v) { *reinterpret_cast<Unaligned*>(p) = v; }

// The first n floats, zeros after them; n in 1..kLanes.
static inline V load(const float* p, int64_t n) {
  if (n >= kLanes) return load(p);
#if defined(__AVX512F__)
  return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  V v{};
  for (int64_t k = 0; k < n; k++) v[k] = p[k];
  return v;
#endif
}

static inline void store(float* p, V v, int64_t n) {
  if (n >= kLanes) return store(p, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  for (int64_t k = 0; k < n; k++) p[k] = v[k];
#endif
}

// NaN in x stays NaN.
static inline V clamp(V x, float low, float high) {
  x = x < splat(low) ? splat(low) : x;
  return x > splat(high) ? splat(high) : x;
}

// exp(x) = scale (part + 1), scale = 2^k, part = exp(r) - 1, for x = k ln 2 + r, |r| <= ln 2 / 2; |x| <= 87. NaN stays NaN.
struct Exponential {
  V scale, part;
};

static inline Exponential exponential(V x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  V shifted = x * splat(1.44269504f) + splat(magic);
  V k = shifted - splat(magic);
  V r = x - k * splat(0.693359375f);  // ln 2 in two parts, the first exact times k
  r = r - k * splat(-2.12194440e-4f);
  // Taylor's series; the first term left out is r^8 / 8! < 6e-9.
  V p = r * splat(1.0f / 5040) + splat(1.0f / 720);
  p = p * r + splat(1.0f / 120);
  p = p * r + splat(1.0f / 24);
  p = p * r + splat(1.0f / 6);
  p = p * r + splat(0.5f);
  p = p * r * r + r;
  I bits = ((I)shifted << 23) + 0x3f800000;  // the magic number's low bits hold k
  return {(V)bits, p};
}

// exp(x) - 1 for |x| <= 40, relative error about 1e-7 also near 0.
static inline V expm1(V x) {
  const Exponential e = exponential(x);
  return e.scale * e.part + (e.scale - splat(1.0f));
}

// exp(x) for x < 88; where it is below 1e-38, that.
static inline V exp(V x) {
  const Exponential e = exponential(clamp(x, -87.0f, 88.0f));
  return e.scale * e.part + e.scale;
}

static inline V tanh(V x) {
  V e = expm1(clamp(x, -10.0f, 10.0f) * splat(2.0f));
  return e / (e + splat(2.0f));
}

static inline V sigmoid(V x) {
  V e = expm1(clamp(-x, -30.0f, 30.0f));
  return splat(1.0f) / (e + splat(2.0f));
}

// log(1 + x) for 0 <= x <= 1: 2 artanh(s) for s = x / (2 + x), s <= 1/3. The first term left out is s^17 / 17 < 5e-10.
static inline V log1p(V x) {
  const V s = x / (x + splat(2.0f));
  const V s2 = s * s;
  V p = s2 * splat(2.0f / 15) + splat(2.0f / 13);
  p = p * s2 + splat(2.0f / 11);
  p = p * s2 + splat(2.0f / 9);
  p = p * s2 + splat(2.0f / 7);
  p = p * s2 + splat(2.0f / 5);
  p = p * s2 + splat(2.0f / 3);
  return p * s2 * s + s * splat(2.0f);
}

// sigmoid() is above 0 for all x, which x times it must not be.
static inline V swish(V x) {
  const V y = x / (exp(-x) + splat(1.0f));
  return x < splat(-87.0f) ? V{} : y;
}

struct Function {
  Activation kind;
  float alpha;
};

// Functions whose derivatives are of x, not of their values. Rare, so not inlined: the others' loops stay small.
[[gnu::noinline, gnu::cold]] static V rare_value(Function f, V x) {
  switch (f.kind) {
    case Activation::kElu:
      return x > V{} ? x : splat(f.alpha) * expm1(clamp(x, -40.0f, 0.0f));
    case Activation::kLeakyRelu:
      return x > V{} ? x : splat(f.alpha) * x;
    case Activation::kSoftplus:
      return (x < V{} ? V{} : x) + log1p(exp(x < V{} ? x : -x));
    case Activation::kSwish:
      return swish(x);
    default:
      __builtin_unreachable();
  }
}

[[gnu::noinline, gnu::cold]] static V rare_derivative(Function f, V x) {
  const V one = splat(1.0f);
  switch (f.kind) {
    case Activation::kElu:
      return x > V{} ? one : splat(f.alpha) * exp(x);
    case Activation::kLeakyRelu:
      return x > V{} ? one : splat(f.alpha);
    case Activation::kSoftplus:
      return sigmoid(x);
    case Activation::kSwish: {
      const V s = sigmoid(x);
      return s + swish(x) * (one - s);
    }
    default:
      __builtin_unreachable();
  }
}

// kRare: whether the function may be one of those.
template <bool kRare>
static inline V apply(Function f, V x) {
  switch (f.kind) {
    case Activation::kLinear:
      return x;
    case Activation::kRelu:
      return x < V{} ? V{} : x;
    case Activation::kTanh:
      return tanh(x);
    case Activation::kSigmoid:
      return sigmoid(x);
    case Activation::kHardSigmoidKeras2:
      return clamp(x * splat(0.2f) + splat(0.5f), 0.0f, 1.0f);
    case Activation::kHardSigmoidKeras3:
      return clamp(x + splat(3.0f), 0.0f, 6.0f) / splat(6.0f);
    default:
      if constexpr (kRare) return rare_value(f, x);
  }
  __builtin_unreachable();
}

// The derivative at x, where the function's value is y; x matters to the rare functions only.
template <bool kRare>
static inline V derivative(Function f, V x, V y) {
  const V one = splat(1.0f);
  switch (f.kind) {
    case Activation::kLinear:
      return one;
    case Activation::kRelu:
      return y > V{} ? one : V{};
    case Activation::kTanh:
      return one - y * y;
    case Activation::kSigmoid:
      return y * (one - y);
    case Activation::kHardSigmoidKeras2:
    case Activation::kHardSigmoidKeras3: {
      V slope = splat(f.kind == Activation::kHardSigmoidKeras2 ? 0.2f : 1.0f / 6);
      return (y > V{} ? (y < one ? slope : V{}) : V{});
    }
    default:
      if constexpr (kRare) return rare_derivative(f, x);
  }
  __builtin_unreachable();
}

// Threads that are worth waking for so many vector operations; the number of them that is worth one is a guess.
static inline int useful(int threads, int64_t operations) {
  const int64_t most = 1 + operations / 200000;
  return most < threads ? static_cast<int>(most) : threads;
}

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t round_up(int64_t a, int64_t b) { return divide_up(a, b) * b; }

}  // namespace ISA
}  // namespace convlstm4j
