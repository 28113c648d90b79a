#pragma once

// What all kernels of the test take.
struct TestParams {
  unsigned bytes;
  int number;
  float* x;
  float* y;
  long long count;
};
