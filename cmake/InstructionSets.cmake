# The instruction sets that kernels are compiled for, once each, and their compiler flags; WITHOUT names one to leave out.
# Whose: cpu; the choice at run time is in cpu/kernels/choose.cc.
set(INSTRUCTION_SETS baseline)
set(FLAGS_baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND INSTRUCTION_SETS avx2 avx512)
  set(FLAGS_avx2 -mavx2 -mfma)
  set(FLAGS_avx512 -mavx512f -mavx512vl -mavx512dq -mfma -mprefer-vector-width=512)
endif()
if(WITHOUT)
  list(REMOVE_ITEM INSTRUCTION_SETS ${WITHOUT})
endif()
