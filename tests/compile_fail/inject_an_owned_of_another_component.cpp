// expect: the injected View holds another component: take its values with read()
// An Owned is injected like a View: the edit keeps a copy, and the components must agree.
#include <suture/suture.hpp>

using namespace suture;

auto patch(const Owned<Q<768, 12>>& query, const Owned<K<768, 12>>& key) {
    (void)query, (void)key;
#ifdef SUTURE_BAD
    return on<Q<768, 12>>(token(4)).set(key);
#else
    return on<Q<768, 12>>(token(4)).set(query);
#endif
}
