// What every kernel starts from: KERNEL and the thread's place in the grid.
//
// A kernel takes one plain struct by value. Its first member is `unsigned bytes`, sizeof of the struct, which the host
// fills in; then pointers, `long long`, and 4-byte members in natural alignment, as Java's Arguments lays them out.
// The same sources compile as C++ for the simulated driver of the tests (CONVLSTM4J_SIMULATED), so they keep to:
// 1-D blocks, __shared__ arrays of fixed size, __syncthreads, warp shuffles, no dynamic shared memory.
#pragma once

#include <cstddef>

// KERNEL defines a kernel with C linkage, one parameter `p` and blocks of at most kBlock threads. So does ROOMY_KERNEL,
// of which a multiprocessor need hold four blocks only: ptxas rather spills than take more registers where it thinks
// that more blocks would fit.
#ifdef CONVLSTM4J_SIMULATED
#include "gpusim_device.h"
#define ROOMY_KERNEL(name, Params) KERNEL(name, Params)
#else

#define KERNEL_BOUNDS(name, Params, ...)                                \
  static_assert(offsetof(Params, bytes) == 0, "bytes must come first"); \
  extern "C" __global__ void __launch_bounds__(__VA_ARGS__) name(const __grid_constant__ Params p)
#define KERNEL(name, Params) KERNEL_BOUNDS(name, Params, ::convlstm4j::kBlock)
#define ROOMY_KERNEL(name, Params) KERNEL_BOUNDS(name, Params, ::convlstm4j::kBlock, 4)

#endif

// Before a loop: copy its body for every round, so that arrays stay in registers; or do not, to save registers.
#ifdef __CUDACC__
#define UNROLL _Pragma("unroll")
#define ROLL _Pragma("unroll 1")
#else
#define UNROLL
#define ROLL
#endif

namespace convlstm4j {

constexpr int kBlock = 256;  // threads of a block, unless a kernel says otherwise
constexpr int kWarp = 32;

// First element of a grid-stride loop, and its step: for (long long k = gridIndex(); k < count; k += gridStride()).
__device__ __forceinline__ long long gridIndex() {
  return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ long long gridStride() { return static_cast<long long>(gridDim.x) * blockDim.x; }

}  // namespace convlstm4j
