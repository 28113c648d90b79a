// Capturing streams into graphs, and running those.
#include "api.h"

using namespace gpusim;  // NOLINT: the functions below are C

GPUSIM_API Status cuStreamBeginCapture_v2(void* handle, int mode) {
  return call("cuStreamBeginCapture", Needs::kContext, format("stream=%p mode=%d", handle, mode), [&] {
    auto stream = simulator().stream(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, "cuStreamBeginCapture: no such stream");
    if (stream == simulator().streams.legacy()) {
      return refuse(kCaptureUnsupported, "cuStreamBeginCapture: the default stream cannot be captured");
    }
    if (stream->capture != nullptr) return refuse(kCaptureUnsupported, "cuStreamBeginCapture: has begun before");
    stream->capture = std::make_shared<Capture>(stream.get());
    return kSuccess;
  });
}

GPUSIM_API Status cuStreamEndCapture(void* handle, Graph** graph) {
  return call("cuStreamEndCapture", Needs::kContext, format("stream=%p", handle), [&] {
    auto stream = simulator().stream(handle);
    *graph = nullptr;
    if (stream == nullptr) return refuse(kInvalidHandle, "cuStreamEndCapture: no such stream");
    auto capture = stream->capture;
    if (capture == nullptr) return refuse(kCaptureUnmatched, "cuStreamEndCapture: the stream is not being captured");
    if (capture->origin != stream.get()) {
      return refuse(kCaptureUnmatched, "cuStreamEndCapture: the capture began on another stream");
    }
    for (auto& [other, seen] : capture->seen) other->capture = nullptr;
    if (capture->invalid) return refuse(kCaptureInvalidated, "cuStreamEndCapture: the capture failed before");
    if (!capture->joined()) {
      return refuse(kCaptureUnjoined,
                    "cuStreamEndCapture: work of another stream of the capture has not been waited for");
    }
    auto made = std::make_shared<Graph>();
    made->pieces = std::move(capture->pieces);
    *graph = simulator().graphs.add(made);
    simulator().journal.object("graph", *graph, true);
    return kSuccess;
  });
}

GPUSIM_API Status cuStreamIsCapturing(void* handle, int* status) {
  return call("cuStreamIsCapturing", Needs::kContext, format("stream=%p", handle), [&] {
    auto stream = simulator().stream(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, "cuStreamIsCapturing: no such stream");
    *status = stream->capture == nullptr ? 0 : stream->capture->invalid ? 2 : 1;
    return kSuccess;
  });
}

GPUSIM_API Status cuGraphInstantiateWithFlags(GraphExec** exec, void* graph, unsigned long long flags) {
  return call("cuGraphInstantiate", Needs::kContext, format("graph=%p flags=%llu", graph, flags), [&] {
    auto g = simulator().graphs.find(graph);
    if (g == nullptr) return refuse(kInvalidHandle, "cuGraphInstantiate: no such graph");
    auto made = std::make_shared<GraphExec>();
    made->pieces = g->pieces;
    *exec = simulator().graphExecs.add(made);
    simulator().journal.object("graph exec", *exec, true);
    return kSuccess;
  });
}

GPUSIM_API Status cuGraphUpload(void* exec, void* stream) {
  return call("cuGraphUpload", Needs::kContext, format("exec=%p stream=%p", exec, stream), [&] {
    return simulator().graphExecs.find(exec) == nullptr ? refuse(kInvalidHandle, "cuGraphUpload: no such graph")
                                                        : kSuccess;
  });
}

GPUSIM_API Status cuGraphLaunch(void* exec, void* handle) {
  auto found = [&] {
    std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
    return simulator().graphExecs.find(exec);
  }();
  size_t nodes = found == nullptr ? 0 : found->pieces.size();
  return call("cuGraphLaunch", Needs::kContext, format("nodes=%zu stream=%p", nodes, handle), [&] {
    auto stream = simulator().stream(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, "cuGraphLaunch: no such stream");
    if (found == nullptr) return refuse(kInvalidHandle, "cuGraphLaunch: no such graph");
    for (Piece piece : found->pieces) {
      piece.recorded = true;
      simulator().streams.put(stream, std::move(piece));
    }
    return kSuccess;
  });
}

GPUSIM_API Status cuGraphGetNodes(void* graph, void** nodes, size_t* count) {
  return call("cuGraphGetNodes", Needs::kContext, format("graph=%p", graph), [&] {
    auto g = simulator().graphs.find(graph);
    if (g == nullptr) return refuse(kInvalidHandle, "cuGraphGetNodes: no such graph");
    if (nodes != nullptr) return refuse(kNotSupported, "cuGraphGetNodes: only the number is simulated");
    *count = g->pieces.size();
    return kSuccess;
  });
}

GPUSIM_API Status cuGraphDestroy(void* graph) {
  return call("cuGraphDestroy", Needs::kCleanup, format("graph=%p", graph), [&] {
    if (!simulator().graphs.remove(graph))
      return refuse(kInvalidHandle, "cuGraphDestroy: no such graph, or destroyed before");
    simulator().journal.object("graph", graph, false);
    return kSuccess;
  });
}

GPUSIM_API Status cuGraphExecDestroy(void* exec) {
  return call("cuGraphExecDestroy", Needs::kCleanup, format("exec=%p", exec), [&] {
    if (!simulator().graphExecs.remove(exec))
      return refuse(kInvalidHandle, "cuGraphExecDestroy: no such graph, or destroyed before");
    simulator().journal.object("graph exec", exec, false);
    return kSuccess;
  });
}
