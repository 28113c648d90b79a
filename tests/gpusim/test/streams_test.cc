// What several streams and the host do at the same time.
#include "support.h"

namespace test {

namespace {

constexpr int kNotReady = 600, kIllegalAddress = 700, kLaunchFailed = 719, kInvalidHandle = 400;
constexpr size_t kCount = 300;
constexpr size_t kBytes = kCount * sizeof(float);
const char* const kOrders[] = {"forward", "reverse", "random"};

std::vector<float> constant(float value) { return std::vector<float>(kCount, value); }

// A result read by the host without waiting for the kernel.
void missingSynchronise() {
  for (const char* order : kOrders) {
    Gpu gpu(order);
    unsigned long long x = gpu.upload(constant(3)), y = gpu.allocate(kCount);
    MUST(gpu.launch("good_scale", 1, x, y, kCount));
    std::vector<float> host(kCount);
    int status = cuMemcpyDtoH_v2(host.data(), y, kBytes);
    expectError(std::string("missing synchronise, ") + order, kLaunchFailed, status, {});
    check(lastError().find("uninitialised read") != std::string::npos ||
              lastError().find("race between streams") != std::string::npos,
          "missing synchronise: " + lastError());
  }
}

// A pinned result looked at before the copy is over.
void earlyLook() {
  Gpu gpu;
  unsigned long long x = gpu.upload(constant(3));
  float* host = gpu.pinned(kCount);
  std::fill_n(host, kCount, 3.0f);  // as if left from the last time
  MUST(cuMemcpyDtoHAsync_v2(host, x, kBytes, gpu.stream));
  check(host[0] != host[0], "the target of a copy under way is NaN");
  MUST(gpu.synchronize());
  check(host[0] == 3 && host[kCount - 1] == 3, "the copy arrives");
}

void earlyReuse() {
  for (const char* order : kOrders) {
    Gpu gpu(order);
    unsigned long long x = gpu.allocate(kCount), y = gpu.allocate(kCount);
    float* host = gpu.pinned(kCount);
    std::fill_n(host, kCount, 1.0f);
    MUST(cuMemcpyHtoDAsync_v2(x, host, kBytes, gpu.stream));
    MUST(gpu.launch("good_scale", 1, x, y, kCount));
    host[kCount / 2] = 2;
    expectError("early reuse", kLaunchFailed, gpu.synchronize(), {"cuMemcpyHtoDAsync: the pinned buffer was changed"});
  }
  Gpu gpu;
  unsigned long long x = gpu.allocate(kCount);
  float* host = gpu.pinned(kCount);
  MUST(cuMemcpyHtoDAsync_v2(x, host, kBytes, gpu.stream));
  MUST(cuMemFreeHost(host));
  expectError("early free", kIllegalAddress, gpu.synchronize(),
              {"the pinned buffer was freed before the copy had run"});
}

void pageableIsStaged() {
  Gpu gpu;
  unsigned long long x = gpu.allocate(kCount);
  std::vector<float> host = constant(4);
  MUST(cuMemcpyHtoDAsync_v2(x, host.data(), kBytes, gpu.stream));
  host = constant(5);
  MUST(cuMemcpyDtoHAsync_v2(host.data(), x, kBytes, gpu.stream));
  check(host == constant(4), "pageable memory is read at the call, and written before it returns");
}

// Data goes up on one stream, is used on another. `waits`: with an event between them.
int upAndUse(Gpu& gpu, bool waits, std::vector<float>* result) {
  void* copies = gpu.newStream();
  void* event = nullptr;
  MUST(cuEventCreate(&event, 2));
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  float* host = gpu.pinned(kCount);
  std::fill_n(host, kCount, 7.0f);
  MUST(cuMemcpyHtoDAsync_v2(x, host, kBytes, copies));
  MUST(cuEventRecord(event, copies));
  if (waits) MUST(cuStreamWaitEvent(gpu.stream, event, 0));
  MUST(gpu.launch("good_scale", 2, x, y, kCount));
  int status = gpu.synchronize();
  if (status == 0) status = cuStreamSynchronize(copies);
  if (status == 0) *result = gpu.download(y, kCount);
  return status;
}

void eventWait() {
  for (const char* order : kOrders) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
      std::vector<float> result;
      {
        Gpu gpu(order, seed);
        MUST(upAndUse(gpu, true, &result));
        check(result == constant(14), "an event orders two streams");
      }
      Gpu gpu(order, seed);
      expectError(std::string("missing event wait, ") + order, kLaunchFailed, upAndUse(gpu, false, &result),
                  {"race between streams"});
    }
  }
}

// A buffer is overwritten on one stream while another one may still read it.
void overwritten() {
  for (const char* order : kOrders) {
    Gpu gpu(order);
    void* copies = gpu.newStream();
    unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
    MUST(gpu.launch("good_scale", 2, x, y, kCount));
    MUST(cuMemsetD32Async(x, 0, kCount, copies));
    int status = gpu.synchronize();
    if (status == 0) status = cuStreamSynchronize(copies);
    expectError("overwritten too early", kLaunchFailed, status, {"race between streams"});
  }
}

void hostWait() {
  for (const char* order : kOrders) {
    Gpu gpu(order);
    void* other = gpu.newStream();
    unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
    MUST(gpu.launch("good_scale", 2, x, y, kCount));
    MUST(gpu.synchronize());
    MUST(gpu.launch("good_scale", 2, y, x, kCount, 0, other));
    MUST(cuStreamSynchronize(other));
    check(gpu.download(x, kCount) == constant(4), "the host's waiting orders two streams");
  }
}

void queries() {
  Gpu gpu;
  void *start = nullptr, *end = nullptr;
  MUST(cuEventCreate(&start, 0));
  MUST(cuEventCreate(&end, 0));
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  float milliseconds = 0;
  check(cuEventElapsedTime(&milliseconds, start, end) == kInvalidHandle, "events that were never recorded");
  MUST(cuEventRecord(start, gpu.stream));
  MUST(gpu.launch("good_scale", 2, x, y, kCount));
  MUST(cuEventRecord(end, gpu.stream));
  check(cuEventElapsedTime(&milliseconds, start, end) == kNotReady, "events still to come");
  int looks = 0;
  while (cuStreamQuery(gpu.stream) == kNotReady) looks++;
  check(looks > 0, "a stream is not ready at the first look");
  MUST(cuEventQuery(end));
  MUST(cuEventElapsedTime(&milliseconds, start, end));
  check(milliseconds > 0, "time passes");
}

// The default stream waits for blocking streams, and they for it; non-blocking ones do not.
void defaultStream() {
  Gpu gpu;
  void* blocking = nullptr;
  MUST(cuStreamCreate(&blocking, 0));
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  MUST(gpu.launch("good_scale", 2, x, y, kCount, 0, blocking));
  check(gpu.download(y, kCount) == constant(2), "a copy waits for a blocking stream");
  MUST(cuMemsetD32_v2(y, 0, kCount));
  MUST(gpu.launch("good_scale", 2, y, x, kCount, 0, blocking));
  check(gpu.download(x, kCount) == constant(0), "a blocking stream waits for the default stream");
}

void destroyedStream() {
  Gpu gpu;
  void* other = gpu.newStream();
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  MUST(gpu.launch("good_scale", 2, x, y, kCount, 0, other));
  MUST(cuStreamDestroy_v2(other));
  check(gpu.launch("good_scale", 2, x, y, kCount, 0, other) == kInvalidHandle, "a destroyed stream");
  MUST(cuCtxSynchronize());
  check(gpu.download(y, kCount) == constant(2), "a destroyed stream's work is still done");
}

}  // namespace

void streams() {
  missingSynchronise();
  earlyLook();
  earlyReuse();
  pageableIsStaged();
  eventWait();
  overwritten();
  hostWait();
  queries();
  defaultStream();
  destroyedStream();
}

}  // namespace test
