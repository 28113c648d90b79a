#include "gate_kernels.h"

namespace convlstm4j {

#define DEFINE(A) CONVLSTM4J_GATES_ANY(sigmoid, A)
CONVLSTM4J_FUNCTIONS(DEFINE)
#undef DEFINE

CONVLSTM4J_GATES_COMMON(sigmoid, tanh)

}  // namespace convlstm4j
