// expect: a file is not a range: write file.names(), or file.load_all()
// Loading everything is asked for by name.
#include <suture/file/safetensors.hpp>

using namespace suture;

void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    for (const auto& name : file) (void)name;
#else
    for (const auto& name : file.names()) (void)name;
#endif
}
