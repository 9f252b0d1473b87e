// expect: a result is saved by a function: write save_sweep(path, result), or save_csv
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    result.save("map.safetensors");
#else
    save_sweep("map.safetensors", result);
#endif
}
