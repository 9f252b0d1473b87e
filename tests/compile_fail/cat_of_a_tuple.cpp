// expect: cat takes a layout and its parts, one by one: write cat<Layout>(q, k, v)
// `split` returns a tuple; std::apply hands its parts over one by one.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(split(activation));
#else
    auto [q, k, v] = split(activation);
    auto whole = cat<Qkv>(q, k, v);
#endif
}
