// expect: one layer at a time: write history.stack(3), or history.stack(site.name())
// Stack each layer, and join the results with at::stack.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto both = history.stack({"h.0.attn.c_attn", "h.1.attn.c_attn"});
#else
    auto one = history.stack("h.0.attn.c_attn");
#endif
}
