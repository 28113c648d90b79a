// Tests the simulated cuDNN through the functions that it exports.
//   cudnn_test [seed]
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

namespace {

void start() {
  Object context;
  must(cuInit(0) == 0 && cuDevicePrimaryCtxRetain(&context, 0) == 0 && cuCtxSetCurrent(context) == 0, "a context");
}

void test_faults() {
  for (int i = 0; i < kFaults; i++) {
    const pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
      start();
      _exit(run_fault(i));
    }
    int status = -1;
    must(waitpid(child, &status, 0) == child, "waitpid");
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "fault " + std::to_string(i) + " is found");
  }
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned seed = count > 1 ? unsigned(std::strtoul(arguments[1], nullptr, 10)) : std::random_device()();
  test_faults();
  start();
  test_descriptors();
  test_refusals();
  test_algorithms();
  test_workspace();
  test_math();
  test_convolutions(seed);
  must(cuDevicePrimaryCtxRelease_v2(0) == 0, "cuDevicePrimaryCtxRelease");
  std::printf("simulated cuDNN: %d checks, %d failed, seed %u\n", g_checks, g_failures, seed);
  return g_failures == 0 ? 0 : 1;
}
