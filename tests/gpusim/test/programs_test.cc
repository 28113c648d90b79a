// Host programs: wrong calls are refused or found when the work runs.
#include "support.h"

namespace test {

namespace {

constexpr int kInvalidValue = 1, kOutOfMemory = 2, kInvalidImage = 200, kInvalidContext = 201, kInvalidHandle = 400,
              kNotFound = 500, kIllegalAddress = 700, kLaunchFailed = 719, kNotSupported = 801;
constexpr size_t kCount = 500;

void freedMemory() {
  Gpu gpu;
  unsigned long long x = gpu.upload(std::vector<float>(kCount)), y = gpu.allocate(kCount);
  MUST(gpu.launch("good_scale", 1, x, y, kCount));
  MUST(cuMemFree_v2(x));  // without waiting for the kernel
  expectError("use after free", kIllegalAddress, gpu.synchronize(),
              {"kernel good_scale, block (0,0,0), thread (0,0,0): use after free: read of 4 bytes, 0 bytes into an "
               "allocation of 2000 bytes that was freed"});
}

// Allocates and frees until addresses begin anew; the first of them.
unsigned long long begunAnew(Gpu& gpu) {
  unsigned long long last = 0, p = gpu.allocate(kCount);
  while (p > last) {
    MUST(cuMemFree_v2(p));
    last = p;
    p = gpu.allocate(kCount);
  }
  return p;
}

// Writes often to the first address, in a context that is gone when this returns.
unsigned long long used() {
  Gpu gpu;
  unsigned long long p = begunAnew(gpu);
  for (int k = 0; k < 300; k++) MUST(cuMemsetD32Async(p, k, kCount, gpu.stream));
  MUST(gpu.synchronize());
  return p;
}

// Of what was at an address before, in another context, nothing is left: neither that it was written nor by whom.
void addressesUsedAgain() {
  for (bool written : {false, true}) {
    unsigned long long before = used();
    Gpu gpu;
    unsigned long long x = begunAnew(gpu), y = gpu.allocate(kCount);
    check(x == before, "an address is used again");
    std::vector<float> ones(kCount, 1);
    if (written) MUST(cuMemcpyHtoD_v2(x, ones.data(), kCount * sizeof(float)));
    MUST(gpu.launch("good_scale", 2, x, y, kCount));
    if (written) {
      MUST(gpu.synchronize());
    } else {
      expectError("an address used again", kLaunchFailed, gpu.synchronize(), {"uninitialised read"});
    }
  }
}

void doubleFree() {
  Gpu gpu;
  unsigned long long x = gpu.allocate(kCount);
  MUST(cuMemFree_v2(x));
  expectError("double free", kInvalidValue, cuMemFree_v2(x), {"double free"});
  unsigned long long y = gpu.allocate(kCount);
  expectError("free of the middle", kInvalidValue, cuMemFree_v2(y + 8), {"8 bytes into an allocation of 2000 bytes"});
  void* pinned = gpu.pinned(4);
  MUST(cuMemFreeHost(pinned));
  expectError("double free of pinned memory", kInvalidValue, cuMemFreeHost(pinned), {"freed before"});
}

void copies() {
  Gpu gpu;
  std::vector<float> host(kCount + 1);
  unsigned long long x = gpu.allocate(kCount);
  expectError("copy past the end", kInvalidValue, cuMemcpyHtoD_v2(x, host.data(), 4 * (kCount + 1)),
              {"cuMemcpyHtoD of 2004 bytes, 4 bytes past an allocation of 2000 bytes"});
  expectError("device memory as the host's", kInvalidValue, cuMemcpyHtoD_v2(x, reinterpret_cast<void*>(x), 4),
              {"the host pointer points into device memory"});
  expectError("copy of what was never written", kLaunchFailed, cuMemcpyDtoH_v2(host.data(), x, 4 * kCount),
              {"cuMemcpyDtoH: uninitialised read, 0 bytes into an allocation of 2000 bytes"});
}

void uninitialisedCopyIsPassedOn() {
  Gpu gpu;
  unsigned long long x = gpu.allocate(kCount), y = gpu.allocate(kCount);
  MUST(cuMemsetD32Async(x, 0, kCount - 1, gpu.stream));
  MUST(cuMemcpyDtoDAsync_v2(y, x, 4 * kCount, gpu.stream));
  MUST(gpu.launch("good_scale", 1, y, x, kCount - 1));
  MUST(gpu.synchronize());
  MUST(gpu.launch("good_scale", 2, y, x, kCount));
  expectError("copied garbage", kLaunchFailed, gpu.synchronize(), {"uninitialised read of 4 bytes, 1996 bytes into"});
}

void wrongStruct() {
  Gpu gpu;
  void* function = nullptr;
  MUST(cuModuleGetFunction(&function, gpu.module, "good_scale"));
  TestParams p = {sizeof p + 8, 0, nullptr, nullptr, 0};
  void* params[] = {&p};
  expectError(
      "struct size", kInvalidValue, cuLaunchKernel(function, 1, 1, 1, 256, 1, 1, 0, gpu.stream, params, nullptr),
      {"kernel good_scale: wrong parameter struct: its member `bytes` says 40, the kernel's struct has 32 bytes"});
  p.bytes = sizeof p;
  expectError("block size", kInvalidValue, cuLaunchKernel(function, 1, 1, 1, 512, 1, 1, 0, gpu.stream, params, nullptr),
              {"512 threads in a block, the kernel was compiled for at most 256"});
  expectError("empty grid", kInvalidValue, cuLaunchKernel(function, 0, 1, 1, 256, 1, 1, 0, gpu.stream, params, nullptr),
              {"is 0"});
  MUST(cuModuleUnload(gpu.module));
  expectError("unloaded module", kInvalidHandle,
              cuLaunchKernel(function, 1, 1, 1, 256, 1, 1, 0, gpu.stream, params, nullptr),
              {"its module was unloaded"});
}

void modules() {
  Gpu gpu;
  void* p = nullptr;
  unsigned image = 0x464c457f;
  expectError("image", kInvalidImage, cuModuleLoadData(&p, &image), {"no fatbin: begins with 464c457f"});
  expectError("kernel name", kNotFound, cuModuleGetFunction(&p, gpu.module, "god_scale"),
              {"no kernel is called god_scale"});
}

void outOfMemory() {
  Gpu gpu;
  gpusim::simulator().settings.memoryBytes = 1 << 20;
  size_t free, total;
  MUST(cuMemGetInfo_v2(&free, &total));
  unsigned long long p = 0, q = 0;
  MUST(cuMemAlloc_v2(&p, free));
  expectError("no memory left", kOutOfMemory, cuMemAlloc_v2(&q, 1), {"cuMemAlloc of 1 bytes"});
  MUST(cuMemFree_v2(p));
  gpusim::simulator().injections.fail("cuMemAlloc", 2, kOutOfMemory);
  MUST(cuMemAlloc_v2(&p, 8));
  expectError("second allocation", kOutOfMemory, cuMemAlloc_v2(&q, 8), {"a fault that the test asked for"});
  MUST(cuMemAlloc_v2(&q, 8));
}

void leaks() {
  Gpu gpu;
  auto names = [] {
    std::vector<std::string> kinds;
    for (const std::string& line : gpusim::simulator().journal.objects())
      kinds.push_back(line.substr(0, line.find(" 0x")));
    return kinds;
  };
  std::vector<std::string> before = names();
  void *event = nullptr, *graph = nullptr, *exec = nullptr;
  unsigned long long x = gpu.allocate(3);
  void* host = gpu.pinned(2);
  void* stream = gpu.newStream();
  MUST(cuEventCreate(&event, 0));
  MUST(cuStreamBeginCapture_v2(stream, 0));
  MUST(cuStreamEndCapture(stream, &graph));
  MUST(cuGraphInstantiateWithFlags(&exec, graph, 0));
  std::vector<std::string> during = names();
  std::vector<std::string> expected = before;
  for (const char* kind : {"device memory", "pinned memory", "stream", "event", "graph", "graph exec"})
    expected.push_back(kind);
  check(during == expected, "the books list what was made");
  MUST(cuMemFree_v2(x));
  MUST(cuMemFreeHost(host));
  MUST(cuStreamDestroy_v2(stream));
  MUST(cuEventDestroy_v2(event));
  MUST(cuGraphDestroy(graph));
  MUST(cuGraphExecDestroy(exec));
  check(names() == before, "the books forget what was destroyed");
  MUST(cuDevicePrimaryCtxRelease_v2(0));
}

void contexts() {
  gpusim::simulator().reset();
  int count;
  check(cuDeviceGetCount(&count) == 3, "cuInit comes first");
  gpusim::simulator().settings.noDevice = true;
  check(cuInit(0) == 100, "no device");
  gpusim::simulator().settings.noDevice = false;
  MUST(cuInit(0));
  unsigned long long p;
  check(cuMemAlloc_v2(&p, 4) == kInvalidContext, "no context is current");
}

void unknownFunctions() {
  Gpu gpu;
  expectError("not simulated", kNotSupported, cuMemAllocManaged(), {"cuMemAllocManaged is not simulated"});
  check(gpusim::simulator().journal.trace().back() == "cuMemAllocManaged not simulated", "and it is traced");
}

}  // namespace

void programs() {
  freedMemory();
  addressesUsedAgain();
  doubleFree();
  copies();
  uninitialisedCopyIsPassedOn();
  wrongStruct();
  modules();
  outOfMemory();
  leaks();
  contexts();
  unknownFunctions();
}

}  // namespace test
