// expect: a pipe consumes the Owned: write std::move(x) | edit, or x |= edit
// A pipe edits an Owned in place and passes it on. Without the move, the old name would silently hold the edited
// values.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(Owned<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>().zero();
#else
    auto edited = std::move(activation) | on<Q>().zero();
#endif
}
