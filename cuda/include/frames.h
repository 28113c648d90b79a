// Frames of bytes to floats from 0 to 1: y[i] = x[i] / 255, rounded as the host does it. x: n bytes, y: n floats.
// Traffic per element: 1 byte read, 4 written. frames_to_float, any grid.
#pragma once

namespace convlstm4j {

struct FramesToFloat {
  unsigned bytes;
  int unused;
  const unsigned char* x;
  float* y;
  long long n;
};

}  // namespace convlstm4j
