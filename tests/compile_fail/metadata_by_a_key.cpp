// expect: metadata is a map: write file.metadata().at(key)
#include <suture/file/safetensors.hpp>

using namespace suture;

[[maybe_unused]] void use(const Safetensors& file) {
#ifdef SUTURE_BAD
    auto x = file.metadata("format");
#else
    auto x = file.metadata().at("format");
#endif
}
