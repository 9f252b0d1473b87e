// expect: a place is not its values: write place.multiply(x), or x * view[place]
// Arithmetic with the values is an edit.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    const auto twice = 2 * on<Q>();
#else
    const auto twice = on<Q>().multiply(2);
    (void)twice;
#endif
}
