// Refusals at random. The real library lists algorithms that then say CUDNN_STATUS_NOT_SUPPORTED, and no documentation
// foretells which.
#pragma once

#include "algorithms.h"

namespace simdnn {

enum class Refusal {
  kNone,
  kListed,     // the list says so
  kWorkspace,  // asked for its workspace
  kWork,       // when it is to compute
  kMemory,     // then too, for want of memory of its own
};

// What an algorithm that can do a problem does all the same, always the same for a seed. One algorithm that is
// deterministic and plain never refuses, which one depends on the seed.
Refusal random_refusal(Pass pass, const Algorithm& algorithm, const Problem& problem);

// Throws Refused if the algorithm refuses in that way.
void check_refusal(Refusal way, Pass pass, const Algorithm& algorithm, const Problem& problem);

}  // namespace simdnn
