// Frames of bytes to floats: y[i] = x[i] * scale (1/255 for values from 0 to 1). x: n bytes, y: n floats.
// Traffic per element: 1 byte read, 4 written. frames_to_float, any grid.
#pragma once

namespace convlstm4j {

struct FramesToFloat {
  unsigned bytes;
  float scale;
  const unsigned char* x;
  float* y;
  long long n;
};

}  // namespace convlstm4j
