#include "gate_kernels.h"

namespace convlstm4j {

#define DEFINE(A) CONVLSTM4J_GATES_ANY(leaky_relu, A)
CONVLSTM4J_FUNCTIONS(DEFINE)
#undef DEFINE

}  // namespace convlstm4j
