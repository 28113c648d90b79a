// All pairs that are not common.
#include "gate_kernels.h"

namespace convlstm4j {

CONVLSTM4J_GATES_ALL(Chosen, Chosen, any)

}  // namespace convlstm4j
