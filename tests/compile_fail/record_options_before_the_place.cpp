// expect: the place comes first: write (on<C>(token(-1)), RecordOptions{...})
// The options come last, as everywhere.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use() {
#ifdef SUTURE_BAD
    Latest<Q<768, 12>> queries(RecordOptions{.dtype = at::kHalf}, on<Q>(token(-1)));
#else
    Latest<Q<768, 12>> queries(on<Q>(token(-1)), RecordOptions{.dtype = at::kHalf});
#endif
}
