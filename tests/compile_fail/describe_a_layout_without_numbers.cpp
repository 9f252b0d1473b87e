// expect: this layout gets its numbers at run time: write describe(extents.facts())
// There are no channels to draw before the numbers are known.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

void draw(const Extents<AnyGpt2>& extents) {
#ifdef SUTURE_BAD
    auto text = describe<AnyGpt2>();
#else
    auto text = describe(extents.facts());
#endif
}
