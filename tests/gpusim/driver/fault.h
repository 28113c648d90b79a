// Errors of simulated work: what a real device would answer with an illegal address or not at all.
#pragma once

#include <stdexcept>
#include <string>

#include "abi.h"

namespace gpusim {

// Ends a piece of work; its status sticks to the context.
struct Fault : std::runtime_error {
  Fault(Status status, const std::string& message) : std::runtime_error(message), status(status) {}
  Status status;
};

// Ends the work that runs now. In a kernel the message gets "kernel K, block (x,y,z), thread (x,y,z): " in front and,
// where addr2line finds it, the line of `code`, an address in the kernel's machine code, behind.
[[noreturn]] void fault(Status status, const std::string& message, const void* code = nullptr);

std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

const char* statusName(int status);  // null if there is none
const char* statusText(int status);

}  // namespace gpusim
