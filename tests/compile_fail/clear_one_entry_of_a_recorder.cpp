// expect: a recorder is emptied as a whole: write recorder.clear()
// The next pass replaces every entry.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    latest.clear(0);
#else
    latest.clear();
#endif
}
