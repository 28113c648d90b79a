// What every function of the driver API does before and after its own work.
#pragma once

#include <string>

#include "fault.h"
#include "simulator.h"

namespace gpusim {

enum class Needs {
  kNothing,  // may be called before cuInit
  kInit,
  kContext,  // a context current in this thread that no error has stopped
  kCleanup,  // does its work whatever happened before, but reports the error
};

// Notes why a call is refused, and returns the status.
Status refuse(Status status, const std::string& why);

// For functions that a capture does not allow: kSuccess if no stream is being captured.
Status outsideCapture(const char* api);

// For functions that the real driver has and this one has not.
Status notSimulated(const char* api);

Status enter(const char* api, Needs needs, const std::string& details);

// Runs `body`, which returns a Status, as a function of the API with that name.
template <class Body>
Status call(const char* api, Needs needs, const std::string& details, Body body) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  Status status = enter(api, needs, details);
  if (status != kSuccess && !(needs == Needs::kCleanup && simulator().context.sticky == status)) return status;
  Status result = body();
  if (result != kSuccess) return result;
  return needs == Needs::kContext || needs == Needs::kCleanup ? simulator().context.sticky : kSuccess;
}

}  // namespace gpusim
