# What the CUDA kernels' two builds share, to GPUs (cuda) and to the simulated one (tests/gpusim).
#   CUDA_DIR   the folder of the kernels, or of copies in which faults are planted (tests/gpusim/planted)
if(NOT DEFINED CUDA_DIR)
  get_filename_component(CUDA_DIR ${CMAKE_CURRENT_LIST_DIR}/../cuda ABSOLUTE)
endif()

# Warnings as errors: of nvcc and the compiler behind it, of ptxas.
set(NVCC_WARNINGS -Werror all-warnings -Xcompiler -Wall,-Wextra,-Werror)
set(PTXAS_WARNINGS -Werror all-warnings)

# A header that defines KERNEL_HASH, the hash of the sources that ties the simulated GPU to the fat binary.
#   add_kernel_hash(FILE SOURCE..)   SOURCE: the kernels
function(add_kernel_hash file)
  file(GLOB headers CONFIGURE_DEPENDS ${CUDA_DIR}/include/*.h)
  add_custom_command(
    OUTPUT ${file}
    COMMAND sh -c "printf '#define KERNEL_HASH \"%s\"\\n' \"$(\"${CUDA_DIR}/hash\")\" > ${file}"
    DEPENDS ${ARGN} ${headers} ${CUDA_DIR}/hash
    VERBATIM)
endfunction()
