// Sums in an order that depends on the number of terms alone, never on the grid: each block adds up chunks of kChunk
// terms in double, a second kernel adds up the chunks. No atomics.
#pragma once
#include "kernel.h"

namespace convlstm4j {

/** Terms that become one partial sum. */
constexpr int kChunk = 16 * kBlock;

/**
 * Sum of one value per thread of a block; the result counts in thread 0 alone. All threads must call it. `scratch` is
 * shared memory of kBlock values, free again when it returns.
 */
__device__ __forceinline__ double blockSum(double value, double* scratch) {
  constexpr int kRows = 16;  // of kBlock / kRows values
  constexpr int kColumns = kBlock / kRows;
  const int t = threadIdx.x;
  scratch[t] = value;
  __syncthreads();
  double sum = 0;
  if (t < kColumns) {
    for (int r = 0; r < kRows; r++) {
      sum += scratch[r * kColumns + t];
    }
    scratch[t] = sum;  // of its own column, which no other thread reads before the barrier
  }
  __syncthreads();
  if (t == 0) {
    sum = 0;
    for (int c = 0; c < kColumns; c++) {
      sum += scratch[c];
    }
  }
  __syncthreads();
  return sum;
}

/** partial[c] = sum of term(i) over the i of chunk c, for i from 0 to n-1. */
template <class Term>
__device__ __forceinline__ void chunkSums(long long n, double* partial, Term term) {
  __shared__ double scratch[kBlock];
  ROLL
  for (long long c = blockIdx.x; c * kChunk < n; c += gridDim.x) {
    double sum = 0;
    for (int k = 0; k < kChunk; k += kBlock) {
      const long long i = c * kChunk + k + threadIdx.x;
      if (i < n) {
        sum += term(i);
      }
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
      partial[c] = sum;
    }
  }
}

/** Sum of n partial sums by one block; counts in thread 0. */
__device__ __forceinline__ double sumOfPartials(const double* partial, long long n, double* scratch) {
  double sum = 0;
  ROLL
  for (long long c = threadIdx.x; c < n; c += kBlock) {
    sum += partial[c];
  }
  return blockSum(sum, scratch);
}

}  // namespace convlstm4j
