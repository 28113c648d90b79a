// All kernels for one instruction set: compiled once for each, with ISA as its name (see CMakeLists.txt).
#include "kernels.h"

#include "vector.h"

#include "gates.h"
#include "product.h"
#include "transforms.h"
#include "winograd.h"

#include "grouped.h"
#include "pool.h"
#include "standardize_parts.h"
#include "standardize_lines.h"
#include "standardize_columns.h"
#include "standardize.h"

#include "resample.h"

namespace convlstm4j {
namespace ISA {

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

extern const Kernels kKernels;
const Kernels kKernels = {
    TEXT(ISA),
    kLanes,
    gates_forward,
    cells_again,
    gates_backward,
    forward_floats,
    data_floats,
    weights_floats,
    scratch_floats,
    pack_forward,
    pack_data,
    winograd_forward,
    winograd_data,
    winograd_weights,
    unpack_weights,
    group_doubles,
    group_moments,
    group_normalize,
    group_gradient_sums,
    group_input_gradient,
    standardize_doubles,
    standardize_forward,
    standardize_backward,
    resample,
    pool_forward,
    pool_backward,
};

}  // namespace ISA
}  // namespace convlstm4j
