// expect: an activation is not a number: write x.norm().item<double>()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    double size = view;
#else
    double size = view.norm().item<double>();
#endif
}
