// What -fsanitize=bounds and the like call when a kernel breaks the language's rules; our own, instead of UBSan's.
// The structs begin as in LLVM's compiler-rt, ubsan_handlers.h.
#include <cstdint>
#include <cstring>
#include <string>

#include "fault.h"

namespace gpusim {

namespace {

struct Location {
  const char* file;
  uint32_t line, column;
};

struct Type {
  uint16_t kind, info;
  char name[1];
};

struct Bounds {
  Location location;
  const Type* array;
  const Type* index;
};

struct Mismatch {
  Location location;
  const Type* type;
  unsigned char logAlignment;
  unsigned char kind;
};

[[noreturn]] void broken(const void* data, const std::string& what, Status status = kLaunchFailed) {
  auto* location = static_cast<const Location*>(data);
  const char* slash = location->file == nullptr ? nullptr : std::strrchr(location->file, '/');
  const char* file = slash != nullptr ? slash + 1 : location->file != nullptr ? location->file : "?";
  fault(status, what + format(" (%s:%u)", file, location->line));
}

}  // namespace

}  // namespace gpusim

#define GPUSIM_HANDLER(name, what)                                                                \
  extern "C" void __ubsan_handle_##name(void* data, void*, void*) { gpusim::broken(data, what); } \
  extern "C" void __ubsan_handle_##name##_abort(void* data, void*, void*) { gpusim::broken(data, what); }

GPUSIM_HANDLER(add_overflow, "integer overflow in an addition")
GPUSIM_HANDLER(sub_overflow, "integer overflow in a subtraction")
GPUSIM_HANDLER(mul_overflow, "integer overflow in a multiplication")
GPUSIM_HANDLER(negate_overflow, "integer overflow in a negation")
GPUSIM_HANDLER(divrem_overflow, "integer division by zero or overflow")
GPUSIM_HANDLER(shift_out_of_bounds, "shift by a negative or too large number")

extern "C" void __ubsan_handle_float_cast_overflow(void* data, void*) {
  gpusim::broken(data, "float out of range of the integer type");
}

extern "C" void __ubsan_handle_out_of_bounds(void* data, void* index) {
  auto* bounds = static_cast<gpusim::Bounds*>(data);
  gpusim::broken(data, gpusim::format("out of bounds: index %lld of an array %s",
                                      static_cast<long long>(reinterpret_cast<intptr_t>(index)), bounds->array->name));
}

extern "C" void __ubsan_handle_type_mismatch_v1(void* data, void* pointer) {
  auto* mismatch = static_cast<gpusim::Mismatch*>(data);
  gpusim::broken(data,
                 gpusim::format("misaligned use of a %s at %p, which needs %d bytes", mismatch->type->name, pointer,
                                1 << mismatch->logAlignment),
                 gpusim::kMisalignedAddress);
}
