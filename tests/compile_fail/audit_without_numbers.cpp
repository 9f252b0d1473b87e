// expect: these numbers are not known: write audit<Layout>(before, after, extents)
// Two plain tensors do not tell where a component begins.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

void compare(const at::Tensor& before, const at::Tensor& after, const Extents<AnyGpt2>& extents) {
#ifdef SUTURE_BAD
    auto report = audit<AnyGpt2>(before, after);
#else
    auto report = audit<AnyGpt2>(before, after, extents);
#endif
}
