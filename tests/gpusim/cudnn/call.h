// What every call of the library does: asks for injected faults, traces, turns a refusal into a status.
#pragma once

#include <functional>
#include <string>

#include "abi.h"

namespace simdnn {

// Ends a call with a status. The text is what cudnnGetLastErrorString gives.
struct Refused {
  int status;
  std::string why;
};

// Throws Refused with CUDNN_STATUS_BAD_PARAM unless `ok`.
void require(bool ok, const std::string& why);

// Runs the body of an API function, which may throw Refused and appends to the text what the trace shows of the call.
// Returns the status of the call.
int call(const char* api, const std::function<void(std::string& details)>& body);

// Text of the last refusal in this thread.
const std::string& last_error();

const char* status_name(int status);

}  // namespace simdnn
