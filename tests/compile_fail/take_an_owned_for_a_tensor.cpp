// expect: an Owned gives its tensor up by a move: write std::move(owned).take()
// A named Owned keeps its storage to itself. A temporary gives its tensor up without a word: `at::Tensor t = view |
// edit`.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void finish(View<Qkv> activation, Owned<Qkv> edited) {
#ifdef SUTURE_BAD
    at::Tensor t = edited;
#else
    at::Tensor t = std::move(edited).take();
    at::Tensor other = activation | on<Q>().zero();
#endif
}
