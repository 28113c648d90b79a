// Keras 3's hard_sigmoid.
#include "gate_kernels.h"

namespace convlstm4j {

CONVLSTM4J_GATES_ALL(Known<function::hard_sigmoid_keras3>, Known<function::tanh>, hard_sigmoid_keras3_tanh)
CONVLSTM4J_GATES_COMMON(Known<function::hard_sigmoid_keras3>, Known<function::tanh>, hard_sigmoid_keras3_tanh)

}  // namespace convlstm4j
