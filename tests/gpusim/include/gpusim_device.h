// CUDA C++ as far as our kernels use it, for g++: what kernel.h includes when the simulated driver is built.
//
// Every load and store of a kernel is checked through the calls that -fsanitize=thread puts before it (see
// driver/check.h); this header only says where a thread is and where threads meet.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#define __device__
#define __host__
#define __global__
#define __forceinline__ inline __attribute__((always_inline))
// One copy for each host thread; blocks run one after the other. It is poisoned before each block.
#define __shared__ static thread_local

#define KERNEL(name, Params)                                                                                     \
  static_assert(offsetof(Params, bytes) == 0, "bytes must come first");                                          \
  extern "C" void name(const Params& p);                                                                         \
  static const gpusim::device::Registration name##_registration(                                                 \
      #name, sizeof(Params), ::convlstm4j::kBlock, [](const void* p) { name(*static_cast<const Params*>(p)); }); \
  extern "C" void name(const Params& p)

namespace gpusim::device {

using Invoker = void (*)(const void* params);

// Makes a kernel known by name when the library is loaded.
struct Registration {
  Registration(const char* name, size_t bytes, unsigned maxThreads, Invoker invoke);
};

struct Index {
  unsigned x, y, z;
};

enum Place { kThread = 0, kBlockIndex = 3, kBlockSize = 6, kGridSize = 9 };

// They do not change while a thread runs, hence const.
unsigned place(int which) __attribute__((const));
inline __attribute__((always_inline)) Index index(Place from) {
  return {place(from), place(from + 1), place(from + 2)};
}

// The planted fault that is active, 0 if none: tests/gpusim/planted.
int planted() __attribute__((const));

void barrier(const char* file, int line);
void warpBarrier(unsigned mask);

enum class Shuffle { kLane, kUp, kDown, kXor, kBallot, kMeet };
uint64_t shuffle(Shuffle kind, unsigned mask, uint64_t bits, int argument, int width);
unsigned ballot(unsigned mask, bool vote);

template <class T>
T shuffled(Shuffle kind, unsigned mask, T value, int argument, int width) {
  static_assert(sizeof(T) <= 8, "shuffles take at most 8 bytes");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = shuffle(kind, mask, bits, argument, width);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

template <class To, class From>
To bitCast(From value) {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To to;
  std::memcpy(&to, &value, sizeof(To));
  return to;
}

}  // namespace gpusim::device

#define PLANTED(number) (gpusim::device::planted() == (number))
#define threadIdx (gpusim::device::index(gpusim::device::kThread))
#define blockIdx (gpusim::device::index(gpusim::device::kBlockIndex))
#define blockDim (gpusim::device::index(gpusim::device::kBlockSize))
#define gridDim (gpusim::device::index(gpusim::device::kGridSize))
#define __syncthreads() gpusim::device::barrier(__FILE__, __LINE__)

inline void __syncwarp(unsigned mask = 0xffffffffu) { gpusim::device::warpBarrier(mask); }
inline unsigned __ballot_sync(unsigned mask, int vote) { return gpusim::device::ballot(mask, vote != 0); }
inline int __any_sync(unsigned mask, int vote) { return __ballot_sync(mask, vote) != 0; }
inline int __all_sync(unsigned mask, int vote) { return __ballot_sync(mask, vote) == mask; }

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
  return gpusim::device::shuffled(gpusim::device::Shuffle::kLane, mask, value, lane, width);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return gpusim::device::shuffled(gpusim::device::Shuffle::kUp, mask, value, static_cast<int>(delta), width);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return gpusim::device::shuffled(gpusim::device::Shuffle::kDown, mask, value, static_cast<int>(delta), width);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32) {
  return gpusim::device::shuffled(gpusim::device::Shuffle::kXor, mask, value, lanes, width);
}

template <class T>
T __ldg(const T* address) {
  return *address;
}
// Of threads at once: no race among them; with other accesses of the same piece of work it is one.
unsigned atomicOr(unsigned* address, unsigned bits);
inline void __threadfence() {}
inline void __threadfence_block() {}

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) double2 {
  double x, y;
};
struct alignas(4) uchar4 {
  unsigned char x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline double2 make_double2(double x, double y) { return {x, y}; }
inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) { return {x, y, z, w}; }

using std::isfinite;
using std::isinf;
using std::isnan;
using std::max;
using std::min;

inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((uint64_t{a} * b) >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>((static_cast<unsigned __int128>(a) * b) >> 64);
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __float_as_int(float x) { return gpusim::device::bitCast<int>(x); }
inline unsigned __float_as_uint(float x) { return gpusim::device::bitCast<unsigned>(x); }
inline float __int_as_float(int x) { return gpusim::device::bitCast<float>(x); }
inline float __uint_as_float(unsigned x) { return gpusim::device::bitCast<float>(x); }
