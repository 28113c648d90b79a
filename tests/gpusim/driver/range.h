// Device memory as seen by work that is not a kernel: copies, and libraries such as cuDNN.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gpusim {

// In one live allocation, every byte written, not racing with another stream; else a fault that names `what`.
const char* readableRange(uintptr_t p, size_t bytes, const char* what);
// In one live allocation, not racing. Bytes never written become 0xff; all count as written from here on.
char* writableRange(uintptr_t p, size_t bytes, const char* what);
// Copies within the device what is known about the bytes, too.
void copyRange(uintptr_t to, uintptr_t from, size_t bytes);

}  // namespace gpusim
