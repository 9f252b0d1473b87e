// expect: this Owned has another layout: clone the part that you mean, x.view()[on<C>()]
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    Owned<K<768, 12>> keys = view.clone();
#else
    Owned<Q<768, 12>> queries = view.clone();
#endif
}
