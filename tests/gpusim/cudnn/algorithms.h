// The algorithms of the three passes: which there are, what each can do, what it needs.
#pragma once

#include <vector>

#include "problem.h"

namespace simdnn {

enum class Pass { kForward, kBackwardData, kBackwardFilter };

struct Algorithm {
  int number;
  const char* name;
  bool deterministic;
  bool plain;  // adds up products of the inputs, and does not transform them, which costs bits
  // Why the problem is none for it, or null.
  const char* (*refusal)(const Problem&);
  // Bytes of workspace, for a problem that it can do.
  size_t (*workspace)(const Problem&);
  // Time as a multiple of a matrix product's.
  double (*cost)(const Problem&);
};

const std::vector<Algorithm>& algorithms(Pass pass);

// Throws Refused with CUDNN_STATUS_BAD_PARAM for a number that there is not, with CUDNN_STATUS_NOT_SUPPORTED if the
// algorithm cannot do the problem.
const Algorithm& algorithm_for(Pass pass, int number, const Problem& problem);

// What the heuristics would say: the algorithms that can do the problem, the fastest first; then the others, marked
// CUDNN_STATUS_NOT_SUPPORTED. `measured`: with times, as if each had been run.
std::vector<AlgoPerf> ranking(Pass pass, const Problem& problem, bool measured);

}  // namespace simdnn
