// expect: this selector has another name: write token(4)
// Negative positions count from the end.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view | on<Q>(position(4)).zero();
#else
    auto edited = view | on<Q>(token(4)).zero();
#endif
}
