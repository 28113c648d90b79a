#include "activate.h"

#include "functions.h"
#include "loops.h"

namespace convlstm4j {

#define DEFINE(F)                                                                            \
  KERNEL(activate_forward_##F, ActivateForward) {                                            \
    map(p.n, p.x, p.y, [&](float x) { return function::F::value(x, p.alpha); });             \
  }                                                                                          \
  KERNEL(activate_backward_##F, ActivateBackward) {                                          \
    map(p.n, p.at, p.dy, p.dx, p.add != 0,                                                   \
        [&](float at, float dy) { return function::F::slope(at, p.alpha) * dy; });           \
  }

CONVLSTM4J_FUNCTIONS(DEFINE)
#undef DEFINE

}  // namespace convlstm4j
