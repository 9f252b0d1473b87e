// expect: a file is shown by its names: print file.names()
#include <suture/file/safetensors.hpp>

#include <iostream>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    std::cout << file;
#else
    for (const auto& name : file.names()) std::cout << name;
#endif
}
