// expect: these are packed differently: audit one layout before and after
// The same 2304 channels have different meanings in GPT-2 and in GPT-NeoX, so their values cannot be compared.
#include <suture/suture.hpp>

using namespace suture;

auto compare(const View<Gpt2Qkv<768, 12>>& before, const View<Gpt2Qkv<768, 12>>& after,
             const View<NeoXQkv<12, 64>>& other) {
#ifdef SUTURE_BAD
    return audit(before, other);
#else
    return audit(before, after);
#endif
}
