# Sets SUTURE_HAS_C10D where LibTorch has Gloo and its headers are here: Debian has them in libgloo-dev.
# The files of LibTorch rather than its target: that of PyTorch's wheel links an alias which a check does not know.
include(CheckCXXSourceCompiles)

set(CMAKE_REQUIRED_LIBRARIES ${suture_torch_dir}/libtorch.so ${suture_torch_dir}/libtorch_cpu.so ${suture_torch_dir}/libc10.so)
set(CMAKE_REQUIRED_INCLUDES ${TORCH_INCLUDE_DIRS})
set(CMAKE_REQUIRED_DEFINITIONS -DUSE_C10D_GLOO -DUSE_DISTRIBUTED)
set(CMAKE_REQUIRED_FLAGS "${TORCH_CXX_FLAGS}")
set(suture_standard ${CMAKE_CXX_STANDARD})
set(CMAKE_CXX_STANDARD 20)
check_cxx_source_compiles("
    #include <ATen/core/ivalue.h>
    #include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
    #include <torch/csrc/distributed/c10d/TCPStore.hpp>
    int main() {
        const auto store = c10::make_intrusive<c10d::TCPStore>(\"localhost\");
        c10::make_intrusive<c10d::ProcessGroupGloo>(store, 0, 1);
    }" SUTURE_HAS_C10D)
unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_INCLUDES)
unset(CMAKE_REQUIRED_DEFINITIONS)
unset(CMAKE_REQUIRED_FLAGS)
set(CMAKE_CXX_STANDARD ${suture_standard})
if(NOT SUTURE_HAS_C10D)
    message(STATUS "suture: a sweep runs in one process only, since c10d with Gloo, or its headers (libgloo-dev), are not here")
endif()
