// expect: another edit is another type: give it a name of its own
// The type of an edit says its place and its operation.
#include <suture/suture.hpp>

using namespace suture;

void choose() {
#ifdef SUTURE_BAD
    auto edit = on<Q>().zero();
    edit = on<K>().zero();
#else
    auto edit = on<Q>().zero();
    auto other = on<K>().zero();
#endif
}
