#include "support.h"

int main() {
  test::kernels();
  test::programs();
  test::streams();
  test::graphs();
  std::printf("gpusim: %d checks, %d failed\n", test::checks, test::failures);
  return test::failures == 0 ? 0 : 1;
}
