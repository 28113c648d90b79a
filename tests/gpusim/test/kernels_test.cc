// Kernels: faulty ones are named with block, thread, place and fault; good ones give the same bits in every order.
#include "support.h"

namespace test {

namespace {

constexpr int kIllegalAddress = 700, kMisaligned = 716, kLaunchFailed = 719;
constexpr unsigned kCount = 1000;

std::vector<float> ramp(size_t n) {
  std::vector<float> values(n);
  for (size_t k = 0; k < n; k++) values[k] = 0.1f * static_cast<float>(k % 37) - 1;
  return values;
}

struct Fault {
  const char* kernel;
  unsigned blocks;
  int number;
  int status;
  std::vector<std::string> parts;  // of the message, in forward order
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"bad_read_past",
       4,
       0,
       kIllegalAddress,
       {"kernel bad_read_past, block (3,0,0), thread (230,0,0): out of bounds read of 4 bytes, 0 bytes past an "
        "allocation of 4000 bytes",
        "(faulty.cu:18)"}},
      {"bad_write_past",
       4,
       0,
       kIllegalAddress,
       {"block (3,0,0), thread (231,0,0): out of bounds write of 4 bytes, 0 bytes past an allocation of 4000 bytes"}},
      {"bad_write_before",
       1,
       0,
       kIllegalAddress,
       {"block (0,0,0), thread (5,0,0): out of bounds write of 4 bytes, 8 bytes before an allocation of 4000 bytes"}},
      {"bad_null", 1, 0, kIllegalAddress, {"thread (3,0,0): read of 4 bytes at null"}},
      {"bad_misaligned", 1, 0, kMisaligned, {"thread (1,0,0): misaligned use of a", "which needs 16 bytes"}},
      {"bad_uninitialised",
       3,
       0,
       kLaunchFailed,
       {"block (0,0,0), thread (0,0,0): uninitialised read of 4 bytes, 0 bytes into an allocation of 4000 bytes"}},
      {"bad_uninitialised_shared",
       2,
       0,
       kLaunchFailed,
       {"block (0,0,0), thread (7,0,0): uninitialised read of 4 bytes of shared memory"}},
      {"bad_shared_race",
       2,
       0,
       kLaunchFailed,
       {"block (0,0,0), thread (1,0,0): race: write of shared memory, that block (0,0,0), thread (0,0,0) read without "
        "a barrier"}},
      {"bad_global_race",
       1,
       0,
       kLaunchFailed,
       {"thread (1,0,0): race: write, 0 bytes into an allocation of 4000 bytes, that block (0,0,0), thread (0,0,0) "
        "wrote"}},
      {"bad_block_race",
       3,
       0,
       kLaunchFailed,
       {"block (1,0,0), thread (0,0,0): race: write, ", "that block (0,0,0), thread (0,0,0) wrote"}},
      {"bad_shift_in_place", 2, 0, kLaunchFailed, {"race: ", "without a barrier between"}},
      {"bad_barrier_branch",
       1,
       0,
       kLaunchFailed,
       {"barrier divergence: kernel bad_barrier_branch, block (0,0,0), thread (0,0,0) waits at __syncthreads",
        "(faulty.cu:67)", "thread (100,0,0) has ended"}},
      {"bad_barrier_exit",
       1,
       0,
       kLaunchFailed,
       {"barrier divergence: kernel bad_barrier_exit", "thread (9,0,0) has ended"}},
      {"bad_barrier_two",
       1,
       0,
       kLaunchFailed,
       {"barrier divergence: kernel bad_barrier_two", "thread (1,0,0) waits at"}},
      {"bad_index", 1, 1, kLaunchFailed, {"thread (255,0,0): out of bounds: index 256 of an array", "float [256]"}},
      {"bad_overflow",
       1,
       70000,
       kLaunchFailed,
       {"thread (0,0,0): integer overflow in a multiplication", "(faulty.cu:94)"}},
      {"bad_shuffle", 1, 0, kLaunchFailed, {"a shuffle reads a lane that its mask 55555555 leaves out"}},
      {"bad_warp_meeting",
       1,
       0,
       kLaunchFailed,
       {"waits in a warp operation with mask ffffffff", "thread (16,0,0) has ended"}},
      {"bad_constant_write", 1, 1, kIllegalAddress, {"write of 4 bytes outside of device memory"}},
  };
  return all;
}

// x is written only up to what a fault needs to reach it: all of it, or nothing.
int run(Gpu& gpu, const Fault& f) {
  bool blank = std::string(f.kernel) == "bad_uninitialised";
  unsigned long long x = blank ? gpu.allocate(kCount) : gpu.upload(ramp(kCount));
  unsigned long long y = gpu.allocate(kCount);
  int launched = gpu.launch(f.kernel, f.blocks, x, y, kCount, f.number);
  check(launched == 0, std::string(f.kernel) + ": must be found when it runs, not before");
  return gpu.synchronize();
}

void faultyKernels() {
  for (const Fault& f : faults()) {
    {
      Gpu gpu;
      expectError(f.kernel, f.status, run(gpu, f), f.parts);
      check(gpu.synchronize() == f.status, std::string(f.kernel) + ": the error must stick");
      unsigned long long p;
      check(cuMemAlloc_v2(&p, 4) == f.status, std::string(f.kernel) + ": the error must stop other calls, too");
    }
    for (const char* order : {"reverse", "random"}) {
      Gpu gpu(order, 5);
      int status = run(gpu, f);
      check(status == f.status, std::string(f.kernel) + ": found in order " + order + " (" + lastError() + ")");
    }
  }
}

// The error of one context leaves the next one alone.
void nextContext() {
  Gpu gpu;
  run(gpu, faults()[0]);
  cuDevicePrimaryCtxRelease_v2(0);
  void* context;
  MUST(cuDevicePrimaryCtxRetain(&context, 0));
  MUST(cuCtxSetCurrent(context));
  unsigned long long p = gpu.allocate(4);
  MUST(cuMemFree_v2(p));
}

std::vector<float> good(const char* order, uint64_t seed) {
  Gpu gpu(order, seed);
  constexpr size_t kSize = 2048;
  unsigned long long x = gpu.upload(ramp(kSize)), y = gpu.upload(std::vector<float>(kSize));
  unsigned long long bytes = gpu.allocate(kSize);
  MUST(gpu.launch("good_scale", 3, x, y, kSize));
  MUST(gpu.launch("good_in_place", 3, x, y, kSize));
  MUST(gpu.launch("good_vector", 2, x, y, kSize));
  MUST(gpu.launch("good_shared", kSize / 256, y, x, kSize));
  MUST(gpu.launch("good_sum", 5, y, x, kSize));
  MUST(gpu.launch("good_bytes", 2, bytes, y, kSize));
  MUST(gpu.synchronize());
  std::vector<float> all;
  for (unsigned long long p : {x, y, bytes}) {
    std::vector<float> part = gpu.download(p, kSize);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void goodKernels() {
  std::vector<float> forward = good("forward", 1);
  double sum = 0;
  for (size_t k = 0; k < 5; k++) sum += static_cast<double>(forward[k]);
  double expected = 0;
  std::vector<float> in = ramp(2048);
  for (size_t k = 0; k < 2048; k++) expected += static_cast<double>(in[k]) * (0.5 + static_cast<double>(k % 4)) + 8;
  check(std::abs(sum - expected) < 1e-2, "good_sum: " + std::to_string(sum) + ", expected " + std::to_string(expected));
  for (uint64_t seed = 1; seed <= 5; seed++) {
    for (const char* order : {"reverse", "random"}) {
      std::vector<float> other = good(order, seed);
      bool same = std::memcmp(forward.data(), other.data(), forward.size() * sizeof(float)) == 0;
      check(same, std::string("equal bits in order ") + order + ", seed " + std::to_string(seed));
    }
  }
}

void traffic() {
  Gpu gpu;
  unsigned long long x = gpu.upload(ramp(kCount)), y = gpu.allocate(kCount);
  gpusim::simulator().journal.clearTrace();
  MUST(gpu.launch("good_scale", 2, x, y, kCount));
  MUST(gpu.synchronize());
  auto runs = gpusim::simulator().journal.runs();
  bool right = runs.size() == 1 && runs[0].kernel == "good_scale" && runs[0].readBytes == 4 * kCount &&
               runs[0].writtenBytes == 4 * kCount && runs[0].distinctReadBytes == 4 * kCount &&
               runs[0].distinctWrittenBytes == 4 * kCount;
  check(right, "bytes that good_scale moved");
}

}  // namespace

void kernels() {
  faultyKernels();
  nextContext();
  goodKernels();
  traffic();
}

}  // namespace test
