// Streams and events.
#include "api.h"

using namespace gpusim;  // NOLINT: the functions below are C

namespace {

// Runs `body` with the stream of a handle.
template <class Body>
Status withStream(const char* api, void* handle, Body body) {
  return call(api, Needs::kContext, format("stream=%p", handle), [&] {
    auto stream = simulator().stream(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, std::string(api) + ": no such stream");
    return body(stream);
  });
}

template <class Body>
Status withEvent(const char* api, void* handle, Body body) {
  return call(api, Needs::kContext, format("event=%p", handle), [&] {
    auto event = simulator().events.find(handle);
    if (event == nullptr) return refuse(kInvalidHandle, std::string(api) + ": no such event");
    return body(event);
  });
}

Status notCapturing(const char* api, const std::shared_ptr<Stream>& stream) {
  if (stream->capture == nullptr) return kSuccess;
  stream->capture->invalid = true;
  return refuse(kCaptureUnsupported, std::string(api) + " of a stream that is being captured");
}

Status create(const char* api, Stream** handle, unsigned flags) {
  return call(api, Needs::kContext, format("flags=%u", flags), [&] {
    if (flags > kStreamNonBlocking) return kInvalidValue;
    *handle = simulator().streamHandles.add(simulator().streams.create(flags != kStreamNonBlocking));
    simulator().journal.object("stream", *handle, true);
    return kSuccess;
  });
}

Status record(const char* api, void* event, void* stream) {
  return withEvent(api, event, [&](const std::shared_ptr<Event>& e) {
    auto s = simulator().stream(stream);
    if (s == nullptr) return refuse(kInvalidHandle, std::string(api) + ": no such stream");
    e->capture = s->capture;
    if (s->capture != nullptr) {
      e->point = {};
      e->seen = s->capture->seen[s.get()];
      return kSuccess;
    }
    auto when = std::make_shared<uint64_t>(0);
    simulator().streams.put(s, {api, [when] { *when = simulator().streams.nanoseconds(); }, nullptr});
    e->recorded = when;
    e->point = simulator().streams.end(s);
    return kSuccess;
  });
}

// A stream joins the capture that an event was recorded in.
Status waitInCapture(const std::shared_ptr<Stream>& s, const std::shared_ptr<Event>& e) {
  if (s->capture != nullptr && s->capture != e->capture) {
    s->capture->invalid = e->capture->invalid = true;
    return refuse(kCaptureMerge, "cuStreamWaitEvent: the event belongs to another capture");
  }
  if (s->capture == nullptr) {
    s->capture = e->capture;
    s->capture->add(s.get());
  }
  auto& seen = s->capture->seen[s.get()];
  for (const auto& [stream, count] : e->seen) seen[stream] = std::max(seen[stream], count);
  return kSuccess;
}

}  // namespace

GPUSIM_API Status cuStreamCreate(Stream** stream, unsigned flags) { return create("cuStreamCreate", stream, flags); }

GPUSIM_API Status cuStreamCreateWithPriority(Stream** stream, unsigned flags, int priority) {
  (void)priority;
  return create("cuStreamCreateWithPriority", stream, flags);
}

GPUSIM_API Status cuStreamDestroy_v2(void* handle) {
  return call("cuStreamDestroy", Needs::kCleanup, format("stream=%p", handle), [&] {
    auto stream = simulator().streamHandles.find(handle);
    if (stream == nullptr) return refuse(kInvalidHandle, "cuStreamDestroy: no such stream, or destroyed before");
    if (stream->capture != nullptr) {
      stream->capture->invalid = true;
      return refuse(kCaptureUnsupported, "cuStreamDestroy of a stream that is being captured");
    }
    simulator().streams.destroy(stream);
    simulator().streamHandles.remove(handle);
    simulator().journal.object("stream", handle, false);
    return kSuccess;
  });
}

GPUSIM_API Status cuStreamSynchronize(void* handle) {
  return withStream("cuStreamSynchronize", handle, [&](const std::shared_ptr<Stream>& stream) {
    if (Status s = notCapturing("cuStreamSynchronize", stream)) return s;
    if (Status s = outsideCapture("cuStreamSynchronize")) return s;
    simulator().streams.finish(simulator().streams.end(stream));
    return kSuccess;
  });
}

GPUSIM_API Status cuStreamQuery(void* handle) {
  return withStream("cuStreamQuery", handle, [&](const std::shared_ptr<Stream>& stream) {
    if (Status s = notCapturing("cuStreamQuery", stream)) return s;
    return simulator().streams.look(simulator().streams.end(stream)) ? kSuccess : kNotReady;
  });
}

GPUSIM_API Status cuStreamWaitEvent(void* handle, void* event, unsigned flags) {
  (void)flags;
  return withStream("cuStreamWaitEvent", handle, [&](const std::shared_ptr<Stream>& stream) {
    auto e = simulator().events.find(event);
    if (e == nullptr) return refuse(kInvalidHandle, "cuStreamWaitEvent: no such event");
    if (e->capture != nullptr) return waitInCapture(stream, e);
    if (stream->capture != nullptr && e->point.stream != nullptr) {
      stream->capture->invalid = true;
      return refuse(kCaptureIsolation, "cuStreamWaitEvent: a stream that is being captured waits for work outside");
    }
    simulator().streams.wait(*stream, e->point);
    return kSuccess;
  });
}

GPUSIM_API Status cuEventCreate(Event** event, unsigned flags) {
  return call("cuEventCreate", Needs::kContext, format("flags=%u", flags), [&] {
    *event = simulator().events.add(std::make_shared<Event>(flags));
    simulator().journal.object("event", *event, true);
    return kSuccess;
  });
}

GPUSIM_API Status cuEventDestroy_v2(void* event) {
  return call("cuEventDestroy", Needs::kCleanup, format("event=%p", event), [&] {
    if (!simulator().events.remove(event))
      return refuse(kInvalidHandle, "cuEventDestroy: no such event, or destroyed before");
    simulator().journal.object("event", event, false);
    return kSuccess;
  });
}

GPUSIM_API Status cuEventRecord(void* event, void* stream) { return record("cuEventRecord", event, stream); }

GPUSIM_API Status cuEventRecordWithFlags(void* event, void* stream, unsigned flags) {
  if (flags != 0) return refuse(kNotSupported, "cuEventRecordWithFlags: flags are not simulated");
  return record("cuEventRecordWithFlags", event, stream);
}

GPUSIM_API Status cuEventSynchronize(void* handle) {
  return withEvent("cuEventSynchronize", handle, [&](const std::shared_ptr<Event>& e) {
    if (e->capture != nullptr) return refuse(kCapturedEvent, "cuEventSynchronize of an event recorded in a capture");
    if (Status s = outsideCapture("cuEventSynchronize")) return s;
    if (e->point.stream != nullptr) simulator().streams.finish(e->point);
    return kSuccess;
  });
}

GPUSIM_API Status cuEventQuery(void* handle) {
  return withEvent("cuEventQuery", handle, [&](const std::shared_ptr<Event>& e) {
    if (e->capture != nullptr) return refuse(kCapturedEvent, "cuEventQuery of an event recorded in a capture");
    if (Status s = outsideCapture("cuEventQuery")) return s;
    return e->point.stream == nullptr || simulator().streams.look(e->point) ? kSuccess : kNotReady;
  });
}

GPUSIM_API Status cuEventElapsedTime(float* milliseconds, void* start, void* end) {
  return withEvent("cuEventElapsedTime", start, [&](const std::shared_ptr<Event>& from) {
    auto to = simulator().events.find(end);
    bool both = to != nullptr && from->recorded != nullptr && to->recorded != nullptr;
    if (!both || ((from->flags | to->flags) & kEventDisableTiming) != 0) {
      return refuse(kInvalidHandle, "cuEventElapsedTime: needs two recorded events with timing");
    }
    if (!from->point.reached() || !to->point.reached()) return kNotReady;
    *milliseconds =
        static_cast<float>(static_cast<double>(*to->recorded) - static_cast<double>(*from->recorded)) / 1e6f;
    return kSuccess;
  });
}
