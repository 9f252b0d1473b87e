// expect: a place is not a View: write auto part = view[place], or view[place].clone()
// A place of a View has the shape of its selection.
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    View<Q<768, 12>> one = view[on<Q>(token(4))];
#else
    auto one = view[on<Q>(token(4))];
#endif
}
