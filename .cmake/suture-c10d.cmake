# Sets SUTURE_HAS_C10D where LibTorch has Gloo and its headers are here: Debian has them in libgloo-dev.
include(CheckCXXSourceCompiles)

set(CMAKE_REQUIRED_LIBRARIES torch)
set(CMAKE_REQUIRED_FLAGS "${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
check_cxx_source_compiles("
    #include <ATen/core/ivalue.h>
    #include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
    #include <torch/csrc/distributed/c10d/TCPStore.hpp>
    int main() {
        const auto store = c10::make_intrusive<c10d::TCPStore>(\"localhost\");
        c10::make_intrusive<c10d::ProcessGroupGloo>(store, 0, 1);
    }" SUTURE_HAS_C10D)
unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_FLAGS)
