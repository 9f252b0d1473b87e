# Sets suture_clang_options: what Clang needs beside the LibTorch that was found.
# Clang in C++20 mode compiles LibTorch before 2.1 only if this header comes before all others of LibTorch, and
# a user may include <torch/torch.h> before ours.
set(suture_clang_options "")
if(Torch_VERSION VERSION_LESS 2.1)
    set(suture_clang_options "$<$<COMPILE_LANG_AND_ID:CXX,Clang,AppleClang>:SHELL:-include ATen/core/ivalue.h>")
endif()
