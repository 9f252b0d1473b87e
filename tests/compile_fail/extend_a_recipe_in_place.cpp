// expect: a recipe is a value: write auto longer = recipe | edit
// The type of a recipe lists its edits, so a longer one is another type. A list of edits that the program computes is a
// std::vector, which is a recipe too.
#include <suture/suture.hpp>

using namespace suture;

void extend() {
#ifdef SUTURE_BAD
    auto recipe = on<Q>().zero();
    recipe |= on<K>().zero();
#else
    auto recipe = on<Q>().zero();
    auto longer = recipe | on<K>().zero();
#endif
}
