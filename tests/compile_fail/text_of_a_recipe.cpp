// expect: a recipe is printed: write to_string(recipe)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto text = on<Q>().zero().text();
#else
    auto text = to_string(on<Q>().zero());
#endif
}
