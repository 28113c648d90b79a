#include "gate_kernels.h"

namespace convlstm4j {

#define DEFINE(A) CONVLSTM4J_GATES_ANY(hard_sigmoid_keras3, A)
CONVLSTM4J_FUNCTIONS(DEFINE)
#undef DEFINE

CONVLSTM4J_GATES_COMMON(hard_sigmoid_keras3, tanh)

}  // namespace convlstm4j
