// What the simulated driver, libcuda.so.1, offers the simulated libraries above it, such as libcudnn.so.9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace gpusim {

using DevicePointer = unsigned long long;
using Work = std::function<void()>;

// Appends work to a stream (null: the default stream). It runs when the stream gets there, never before this returns,
// or is recorded while the stream is being captured, and then runs at every launch of the graph. `api` must live as
// long as the process. False if there is no such stream or an earlier error has stopped the context.
bool enqueue(void* stream, const char* api, Work work);

// Inside work only. The range as host memory, after checking that it lies in one live allocation, and, for reading,
// that every byte was written. A violation is recorded as an error that sticks to the context, and ends the work by an
// exception that enqueue's caller does not see. `what` names the range in the message: "cudnnConvolutionForward: w".
const float* readable(DevicePointer pointer, size_t bytes, const char* what);
// The bytes count as written from here on.
float* writable(DevicePointer pointer, size_t bytes, const char* what);

// At call time: whether the range lies in one live allocation.
bool checkNow(DevicePointer pointer, size_t bytes);

// At call time, first thing: the status that this call must return because a test asked for a fault, or 0.
int injected(const char* api);

// At call time: the seed by which algorithms of cuDNN refuse at random, or 0 for none.
uint64_t refusals();

// Appends to the trace of API calls.
void trace(const char* api, const std::string& details);

// The books of live objects: kind is "cudnnHandle", "cudnnTensorDescriptor", ...
void object(const char* kind, void* handle, bool created);

}  // namespace gpusim
