// Capturing work into graphs.
#include "support.h"

namespace test {

namespace {

constexpr int kCaptureUnsupported = 900, kCaptureInvalidated = 901, kCaptureUnjoined = 904, kCaptureIsolation = 905,
              kLaunchFailed = 719;
constexpr size_t kCount = 300;

std::vector<float> constant(float value) { return std::vector<float>(kCount, value); }

void replay() {
  Gpu gpu;
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  void *graph = nullptr, *exec = nullptr;
  MUST(cuStreamBeginCapture_v2(gpu.stream, 0));
  int capturing = 0;
  MUST(cuStreamIsCapturing(gpu.stream, &capturing));
  check(capturing == 1, "is capturing");
  MUST(gpu.launch("good_scale", 2, x, y, kCount));
  MUST(cuMemcpyDtoDAsync_v2(x, y, kCount * sizeof(float), gpu.stream));
  MUST(cuStreamEndCapture(gpu.stream, &graph));
  size_t nodes = 0;
  MUST(cuGraphGetNodes(graph, nullptr, &nodes));
  check(nodes == 2, "two nodes");
  MUST(cuGraphInstantiateWithFlags(&exec, graph, 0));
  MUST(cuGraphDestroy(graph));
  MUST(gpu.synchronize());
  check(gpu.download(x, kCount) == constant(1), "captured work has not run");
  for (int k = 0; k < 3; k++) MUST(cuGraphLaunch(exec, gpu.stream));
  MUST(gpu.synchronize());
  check(gpu.download(x, kCount) == constant(8), "a graph runs at each launch");
  MUST(cuGraphLaunch(exec, gpu.stream));
  MUST(cuMemFree_v2(y));
  check(gpu.synchronize() == 700, "a graph's memory must live on");
}

// Pinned memory is read by a graph's copy when it runs, each time anew.
void pinnedInGraph() {
  Gpu gpu;
  unsigned long long x = gpu.allocate(kCount);
  float* host = gpu.pinned(kCount);
  void *graph = nullptr, *exec = nullptr;
  MUST(cuStreamBeginCapture_v2(gpu.stream, 0));
  MUST(cuMemcpyHtoDAsync_v2(x, host, kCount * sizeof(float), gpu.stream));
  MUST(cuStreamEndCapture(gpu.stream, &graph));
  MUST(cuGraphInstantiateWithFlags(&exec, graph, 0));
  for (float value : {1.0f, 2.0f}) {
    std::fill_n(host, kCount, value);
    MUST(cuGraphLaunch(exec, gpu.stream));
    MUST(gpu.synchronize());
    check(gpu.download(x, kCount) == constant(value), "a graph's copy reads what is there");
  }
  MUST(cuGraphLaunch(exec, gpu.stream));
  host[0] = 9;
  expectError("early reuse in a graph", kLaunchFailed, gpu.synchronize(), {"the pinned buffer was changed"});
}

void forbidden() {
  for (const char* what : {"synchronize", "allocate", "free", "copy", "pageable"}) {
    Gpu gpu;
    unsigned long long x = gpu.upload(constant(1)), p = 0;
    std::vector<float> host(kCount);
    MUST(cuStreamBeginCapture_v2(gpu.stream, 0));
    MUST(gpu.launch("good_in_place", 1, x, 0, kCount));
    std::string name = what;
    int status = name == "synchronize" ? gpu.synchronize()
                 : name == "allocate"  ? cuMemAlloc_v2(&p, 4)
                 : name == "free"      ? cuMemFree_v2(x)
                 : name == "copy"      ? cuMemcpyDtoH_v2(host.data(), x, 4)
                                       : cuMemcpyDtoHAsync_v2(host.data(), x, 4, gpu.stream);
    check(status == kCaptureUnsupported || status == 906, name + " in a capture: " + std::to_string(status));
    void* graph = nullptr;
    check(cuStreamEndCapture(gpu.stream, &graph) == kCaptureInvalidated, name + " spoils the capture");
    MUST(gpu.synchronize());
  }
}

// Two streams in one capture: fork and join by events.
void fork(bool joins) {
  Gpu gpu;
  void* other = gpu.newStream();
  void *forked = nullptr, *joined = nullptr, *graph = nullptr, *exec = nullptr;
  MUST(cuEventCreate(&forked, 2));
  MUST(cuEventCreate(&joined, 2));
  unsigned long long x = gpu.upload(constant(1)), y = gpu.allocate(kCount);
  MUST(cuStreamBeginCapture_v2(gpu.stream, 0));
  MUST(gpu.launch("good_in_place", 1, x, 0, 0));
  MUST(cuEventRecord(forked, gpu.stream));
  MUST(cuStreamWaitEvent(other, forked, 0));
  MUST(gpu.launch("good_scale", 1, x, y, kCount, 0, other));
  MUST(cuEventRecord(joined, other));
  if (joins) MUST(cuStreamWaitEvent(gpu.stream, joined, 0));
  int status = cuStreamEndCapture(gpu.stream, &graph);
  if (!joins) {
    check(status == kCaptureUnjoined, "a stream that was not joined: " + std::to_string(status));
    return;
  }
  MUST(status);
  MUST(cuGraphInstantiateWithFlags(&exec, graph, 0));
  MUST(cuGraphLaunch(exec, gpu.stream));
  MUST(gpu.synchronize());
  check(gpu.download(y, kCount) == constant(2), "both streams' work is in the graph");
}

void outsideEvent() {
  Gpu gpu;
  void* other = gpu.newStream();
  void* event = nullptr;
  MUST(cuEventCreate(&event, 2));
  MUST(cuEventRecord(event, other));
  MUST(cuStreamBeginCapture_v2(gpu.stream, 0));
  check(cuStreamWaitEvent(gpu.stream, event, 0) == kCaptureIsolation, "a capture cannot wait for work outside");
}

}  // namespace

void graphs() {
  replay();
  pinnedInGraph();
  forbidden();
  fork(true);
  fork(false);
  outsideEvent();
}

}  // namespace test
