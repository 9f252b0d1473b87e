// expect: the layout has several components of this family: name one in full
// A family names the only component of its kind. If a layout has two, their widths tell them apart.
#include <suture/suture.hpp>

using namespace suture;

using Mixed = Fused<96, Q<64>, Q<32>>;

void ablate(View<Mixed> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>().zero();
#else
    auto edited = activation | on<Q<32>>().zero();
#endif
}
