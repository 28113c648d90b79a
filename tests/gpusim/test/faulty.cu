// A kernel for each fault that the simulated driver must find. Lines are named in the messages.
#include "../test/kernels.h"
#include "kernel.h"

using convlstm4j::gridIndex;
using convlstm4j::kBlock;

namespace {

struct alignas(16) Wide {
  float a, b, c, d;
};

}  // namespace

KERNEL(bad_read_past, TestParams) {
  long long k = gridIndex();
  if (k < p.count) p.y[k] = p.x[k + 2];
}

KERNEL(bad_write_past, TestParams) { p.y[gridIndex() + 1] = 1; }

KERNEL(bad_write_before, TestParams) {
  if (gridIndex() == 5) p.y[-2] = 1;
}

KERNEL(bad_null, TestParams) {
  const float* nothing = nullptr;
  asm("" : "+r"(nothing));
  if (gridIndex() == 3) p.y[0] = nothing[1];
}

KERNEL(bad_misaligned, TestParams) {
  if (gridIndex() == 1) *reinterpret_cast<Wide*>(p.y + 1) = {1, 2, 3, 4};
}

KERNEL(bad_uninitialised, TestParams) { p.y[gridIndex()] = p.x[gridIndex()]; }

KERNEL(bad_uninitialised_shared, TestParams) {
  __shared__ float a[kBlock];
  if (threadIdx.x != 7) a[threadIdx.x] = 1;
  __syncthreads();
  p.y[gridIndex()] = a[threadIdx.x];
}

KERNEL(bad_shared_race, TestParams) {
  __shared__ float a[kBlock];
  a[threadIdx.x] = 1;
  __syncthreads();
  a[threadIdx.x] = 2;  // no barrier after this
  p.y[gridIndex()] = a[(threadIdx.x + 1) % kBlock];
}

KERNEL(bad_global_race, TestParams) { p.y[0] = static_cast<float>(gridIndex()); }

KERNEL(bad_block_race, TestParams) {
  __syncthreads();
  if (threadIdx.x == 0) p.y[0] = static_cast<float>(blockIdx.x);
}

KERNEL(bad_shift_in_place, TestParams) {
  long long k = gridIndex();
  if (k + 1 < p.count) p.x[k] = p.x[k + 1];
}

KERNEL(bad_barrier_branch, TestParams) {
  if (threadIdx.x < 100) __syncthreads();
  p.y[gridIndex()] = 1;
}

KERNEL(bad_barrier_exit, TestParams) {
  if (threadIdx.x == 9) return;
  __syncthreads();
  p.y[gridIndex()] = 1;
}

KERNEL(bad_barrier_two, TestParams) {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  p.y[gridIndex()] = 1;
}

KERNEL(bad_index, TestParams) {
  __shared__ float a[kBlock];
  a[threadIdx.x + static_cast<unsigned>(p.number)] = 1;
  p.y[gridIndex()] = a[threadIdx.x + static_cast<unsigned>(p.number)];
}

KERNEL(bad_overflow, TestParams) {
  int big = p.number;
  p.y[0] = static_cast<float>(big * 70000);
}

KERNEL(bad_shuffle, TestParams) {
  if (threadIdx.x % 2 == 0) p.y[gridIndex()] = __shfl_down_sync(0x55555555u, 1.0f, 1);
}

KERNEL(bad_warp_meeting, TestParams) {
  if (threadIdx.x < 16) p.y[gridIndex()] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
}

KERNEL(bad_constant_write, TestParams) {
  static const float table[2] = {1, 2};
  auto* writable = const_cast<float*>(table);
  asm("" : "+r"(writable));
  writable[p.number] = 3;
}
