// expect: a key is not a function: write key.remove(), or key.disable()
// In PyTorch, too, a handle is removed by remove().
#include <suture/suture.hpp>

using namespace suture;

void use(HookKey key) {
#ifdef SUTURE_BAD
    key();
#else
    key.remove();
#endif
}
