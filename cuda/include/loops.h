// Grid-stride loops over arrays of floats, four neighbours at a time where every array allows it.
#pragma once
#include "kernel.h"

namespace convlstm4j {

/** W neighbouring floats that travel as one load or store. */
template <int W>
struct Pack {
  float v[W];
};

/** A width known at compile time; an argument of the loops' bodies. */
template <int W>
struct Width {
  static constexpr int value = W;
};

template <int W>
__device__ __forceinline__ Pack<W> load(const float* p) {
  Pack<W> r;
  if constexpr (W == 4) {
    const float4 q = *reinterpret_cast<const float4*>(p);
    r.v[0] = q.x;
    r.v[1] = q.y;
    r.v[2] = q.z;
    r.v[3] = q.w;
  } else {
    static_assert(W == 1, "packs have 1 or 4 floats");
    r.v[0] = *p;
  }
  return r;
}

template <int W>
__device__ __forceinline__ void store(float* p, const Pack<W>& a) {
  if constexpr (W == 4) {
    float4 q;
    q.x = a.v[0];
    q.y = a.v[1];
    q.z = a.v[2];
    q.w = a.v[3];
    *reinterpret_cast<float4*>(p) = q;
  } else {
    static_assert(W == 1, "packs have 1 or 4 floats");
    *p = a.v[0];
  }
}

/** Whether arrays start at multiples of 16 bytes; a null pointer does. */
template <class... P>
__device__ __forceinline__ bool aligned(const P*... p) {
  return ((reinterpret_cast<unsigned long long>(p) | ...) & 15) == 0;
}

/** Calls body(Width<4>, i) for i = 0, 4, .. below n if packed, body(Width<1>, i) for the elements that remain. */
template <class Body>
__device__ __forceinline__ void each(long long n, bool packed, Body body) {
  const long long packs = packed ? n / 4 : 0;
  ROLL
  for (long long i = gridIndex(); i < packs; i += gridStride()) {
    body(Width<4>{}, 4 * i);
  }
  ROLL
  for (long long i = 4 * packs + gridIndex(); i < n; i += gridStride()) {
    body(Width<1>{}, i);
  }
}

/** Calls body(i) for every i below n. */
template <class Body>
__device__ __forceinline__ void eachElement(long long n, Body body) {
  ROLL
  for (long long i = gridIndex(); i < n; i += gridStride()) {
    body(i);
  }
}

/** y[i] = f(x[i]); y may be x. */
template <class F>
__device__ __forceinline__ void map(long long n, const float* x, float* y, F f) {
  each(n, aligned(x, y), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> a = load<W>(x + i);
    UNROLL
    for (int k = 0; k < W; k++) {
      a.v[k] = f(a.v[k]);
    }
    store<W>(y + i, a);
  });
}

/** z[i] = f(x[i], y[i]), or += where add. */
template <class F>
__device__ __forceinline__ void map(long long n, const float* x, const float* y, float* z, bool add, F f) {
  each(n, aligned(x, y, z), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> a = load<W>(x + i);
    const Pack<W> b = load<W>(y + i);
    const Pack<W> old = add ? load<W>(z + i) : Pack<W>{};
    Pack<W> sum;
    UNROLL
    for (int k = 0; k < W; k++) {
      sum.v[k] = old.v[k] + f(a.v[k], b.v[k]);
    }
    store<W>(z + i, sum);
  });
}

}  // namespace convlstm4j
