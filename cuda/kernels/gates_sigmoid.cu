// Keras 3's default.
#include "gate_kernels.h"

namespace convlstm4j {

CONVLSTM4J_GATES_ALL(Known<function::sigmoid>, Known<function::tanh>, sigmoid_tanh)
CONVLSTM4J_GATES_COMMON(Known<function::sigmoid>, Known<function::tanh>, sigmoid_tanh)

}  // namespace convlstm4j
