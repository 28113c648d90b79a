#include "api.h"

namespace gpusim {

Status refuse(Status status, const std::string& why) {
  simulator().journal.error(std::string(statusName(status)) + ": " + why);
  return status;
}

Status outsideCapture(const char* api) {
  if (!simulator().streams.anyCapture()) return kSuccess;
  simulator().streams.invalidateCaptures();
  return refuse(kCaptureUnsupported, std::string(api) + " while a stream is being captured");
}

Status notSimulated(const char* api) {
  return call(api, Needs::kNothing, "not simulated",
              [&] { return refuse(kNotSupported, std::string(api) + " is not simulated"); });
}

Status enter(const char* api, Needs needs, const std::string& details) {
  Simulator& sim = simulator();
  sim.journal.call(api, details);
  int injected = sim.injections.take(api);
  if (injected != 0)
    return refuse(static_cast<Status>(injected), std::string(api) + ": a fault that the test asked for");
  if (needs == Needs::kNothing) return kSuccess;
  if (!sim.initialized) return refuse(kNotInitialized, std::string(api) + " before cuInit");
  if (needs == Needs::kInit) return kSuccess;
  auto stack = sim.currentContexts.find(std::this_thread::get_id());
  bool current = stack != sim.currentContexts.end() && !stack->second.empty() && stack->second.back() != nullptr;
  if (!current) return refuse(kInvalidContext, std::string(api) + ": no context is current in this thread");
  if (sim.context.retained == 0) return refuse(kContextIsDestroyed, std::string(api) + ": the context was released");
  return sim.context.sticky;
}

}  // namespace gpusim
