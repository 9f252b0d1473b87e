// expect: split gives the parts: write auto [q, k, v] = split(view)
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use(const View<Qkv>& view) {
#ifdef SUTURE_BAD
    auto [q, k, v] = view;
#else
    auto [q, k, v] = split(view);
#endif
}
