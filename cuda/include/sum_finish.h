// The last step of a sum over chunks (sums.h): value = (float)(scale * sum of partial). One block.
// partial: n doubles, value: 1 float.
#pragma once

namespace convlstm4j {

struct SumFinish {
  unsigned bytes;
  const double* partial;
  long long n;
  double scale;
  float* value;
};

}  // namespace convlstm4j
