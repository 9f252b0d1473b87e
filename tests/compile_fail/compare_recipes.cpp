// expect: recipes are not compared: compare their texts, to_string(a) == to_string(b)
// A recipe is written out edit by edit.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    const auto recipe = on<Q>().zero();
    bool same = recipe == recipe;
#else
    const auto recipe = on<Q>().zero();
    bool same = to_string(recipe) == to_string(recipe);
#endif
}
