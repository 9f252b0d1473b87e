// expect: recorders are not compared: compare what they keep, a[3] == b[3]
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const Latest<Q<768, 12>>& latest) {
#ifdef SUTURE_BAD
    bool same = latest == latest;
#else
    at::Tensor same = latest[3] == latest[3];
#endif
}
