// expect: this View has another layout: read the part that you mean, view[on<C>()]
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    View<K<768, 12>> keys = view;
#else
    View<Q<768, 12>> queries = view;
#endif
}
