// Row-major indices: division by sizes, and offsets of elements along axes with strides.
#pragma once
#include "kernel.h"

namespace convlstm4j {

/**
 * A divisor d > 0 of numbers n with 0 <= n < 2^63, prepared by the host (Divisor.java): division becomes a multiplication
 * (Granlund and Montgomery, "Division by invariant integers using multiplication", PLDI 1994, theorem 4.2). The division
 * of 64-bit numbers that nvcc has is a call some ten times as long, which costs registers as well.
 *   shift = ceil(log2 d)   magic = ceil(2^(63 + shift) / d)   n / d = (n magic) >> (63 + shift)
 */
struct Divisor {
  long long by;
  unsigned long long magic;
  unsigned shift;
  unsigned unused;  // keeps the size a multiple of 8
};

struct Split {
  long long quotient;
  long long rest;
};

__device__ __forceinline__ Split split(long long n, const Divisor& d) {
  const long long q = (long long)(__umul64hi(2ull * (unsigned long long)n, d.magic) >> d.shift);
  return {q, n - q * d.by};
}

/** Sum over the axes of (index along the axis) * stride, for row-major index i; the outermost axis is first. */
__device__ __forceinline__ long long offset(long long i, int axes, const Divisor* size, const long long* stride) {
  long long at = 0;
  ROLL
  for (int a = axes - 1; a > 0; a--) {
    const Split s = split(i, size[a]);
    at += s.rest * stride[a];
    i = s.quotient;
  }
  return axes > 0 ? at + i * stride[0] : 0;
}

}  // namespace convlstm4j
