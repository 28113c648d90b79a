// Kernels without faults: none of the checks may object to them, in any order.
#include "../test/kernels.h"
#include "kernel.h"

using convlstm4j::gridIndex;
using convlstm4j::gridStride;
using convlstm4j::kBlock;

namespace {

const float kTable[4] = {0.5f, 1.5f, 2.5f, 3.5f};

__device__ float local(const float* values, int n) {
  float copy[8];
  for (int k = 0; k < n; k++) copy[k] = values[k];
  float sum = 0;
  for (int k = 0; k < n; k++) sum += copy[n - 1 - k];
  return sum;
}

// Block sum by shuffles and shared memory; valid in thread 0.
__device__ float blockSum(float v) {
  __shared__ float warps[kBlock / 32];
  for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = v;
  __syncthreads();
  v = threadIdx.x < kBlock / 32 ? warps[threadIdx.x] : 0;
  if (threadIdx.x < 32) {
    for (int d = 4; d > 0; d /= 2) v += __shfl_xor_sync(0xffffffffu, v, d);
  }
  __syncthreads();
  return v;
}

}  // namespace

KERNEL(good_scale, TestParams) {
  for (long long k = gridIndex(); k < p.count; k += gridStride()) p.y[k] = 2 * p.x[k];
}

KERNEL(good_in_place, TestParams) {
  for (long long k = gridIndex(); k < p.count; k += gridStride()) p.x[k] = p.x[k] * kTable[k % 4] + local(kTable, 4);
}

KERNEL(good_vector, TestParams) {
  for (long long k = gridIndex(); k < p.count / 4; k += gridStride()) {
    float4 v = reinterpret_cast<const float4*>(p.x)[k];
    reinterpret_cast<float4*>(p.y)[k] = make_float4(v.w, v.z, v.y, v.x);
  }
}

// y[b] = sum of block b's share of x.
KERNEL(good_sum, TestParams) {
  float sum = 0;
  for (long long k = gridIndex(); k < p.count; k += gridStride()) sum += p.x[k];
  sum = blockSum(sum);
  if (threadIdx.x == 0) p.y[blockIdx.x] = sum;
}

// Reverses each block's 256 values through shared memory, twice.
KERNEL(good_shared, TestParams) {
  __shared__ float a[kBlock];
  for (int round = 0; round < 2; round++) {
    a[threadIdx.x] = p.x[gridIndex()];
    __syncthreads();
    p.x[gridIndex()] = a[kBlock - 1 - threadIdx.x];
    __syncthreads();
  }
}

// Bytes of one word by different threads.
KERNEL(good_bytes, TestParams) {
  auto* bytes = reinterpret_cast<unsigned char*>(p.x);
  for (long long k = gridIndex(); k < 4 * p.count; k += gridStride()) bytes[k] = static_cast<unsigned char>(k);
}
