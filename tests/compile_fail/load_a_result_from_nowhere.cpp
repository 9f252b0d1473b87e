// expect: a result is read from its file: write load_sweep(path)
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto result = load_sweep();
#else
    auto result = load_sweep("map.safetensors");
#endif
}
