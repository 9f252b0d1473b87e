// expect: a raw tensor has no layout: write dry_run(recipe, borrow<Layout>(tensor))
// A recipe names components; only a layout says which channels these are.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto rehearse(const at::Tensor& activation) {
    const auto recipe = on<Q>(token(4)).zero();
#ifdef SUTURE_BAD
    return dry_run(recipe, activation);
#else
    return dry_run(recipe, borrow<Qkv>(activation));
#endif
}
