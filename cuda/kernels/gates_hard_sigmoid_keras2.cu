// Keras 2's default.
#include "gate_kernels.h"

namespace convlstm4j {

CONVLSTM4J_GATES_ALL(Known<function::hard_sigmoid_keras2>, Known<function::tanh>, hard_sigmoid_keras2_tanh)
CONVLSTM4J_GATES_COMMON(Known<function::hard_sigmoid_keras2>, Known<function::tanh>, hard_sigmoid_keras2_tanh)

}  // namespace convlstm4j
