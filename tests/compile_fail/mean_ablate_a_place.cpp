// expect: this operation has another name: write place.mean_over(Axis::batch)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto recipe = on<Q>().mean_ablate();
#else
    auto recipe = on<Q>().mean_over(Axis::batch);
#endif
}
