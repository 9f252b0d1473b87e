// expect: a site with dynamic numbers is bound to them: write point.bind(extents)
// The type of this site says its numbers; only one with dynamic numbers waits for them.
#include <suture/suture.hpp>

using namespace suture;

void prepare(const Extents<Gpt2Qkv<dynamic, dynamic>>& extents) {
#ifdef SUTURE_BAD
    HookPoint<Gpt2Qkv<768, 12>> qkv("h.0.attn.qkv");
#else
    HookPoint<Gpt2Qkv<dynamic, dynamic>> qkv("h.0.attn.qkv");
#endif
    qkv.bind(extents);
}
