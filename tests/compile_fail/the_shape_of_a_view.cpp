// expect: a shape is called sizes, as in PyTorch: write x.sizes()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& x) {
#ifdef SUTURE_BAD
    auto sizes = x.shape;
#else
    auto sizes = x.sizes();
#endif
}
