// expect: a function of your own is an operation: write place.apply(f)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto recipe = on<Q>().relu();
#else
    auto recipe = on<Q>().apply([](at::Tensor x) { return x.relu_(); });
#endif
}
